"""Takes over what exists, changes it where the program says otherwise, and owns it then."""

import os

from gadgets import Thing
from pulumi import ResourceOptions

step = int(os.environ["STEP"])
Thing("same", size=7, opts=ResourceOptions(import_="found"))
Thing("changed", size=2 if step < 3 else 3, opts=ResourceOptions(import_="other" if step < 3 else None))
if step == 2:
    Thing("nobody", size=1, opts=ResourceOptions(import_="missing"))
