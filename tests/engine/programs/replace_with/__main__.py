"""What says so is replaced where another one is, and when its trigger changes."""

import os

from gadgets import Thing
from pulumi import ResourceOptions

step = int(os.environ["STEP"])
root = Thing("root", name=f"root{1 if step < 2 else 2}")
Thing("follower", opts=ResourceOptions(replace_with=[root]))
Thing("triggered", opts=ResourceOptions(replacement_trigger="one" if step < 3 else "two", delete_before_replace=True))
Thing("quiet", opts=ResourceOptions(hide_diffs=["size"]))
