"""What is deleted with another one is not deleted by itself."""

import os

from gadgets import Thing
from pulumi import ResourceOptions

step = int(os.environ["STEP"])
if step < 3:
    house = Thing("house", name="house")
    if step < 2:
        Thing("tenant", name="tenant", opts=ResourceOptions(deleted_with=house))
    Thing("room", name="room", opts=ResourceOptions(deleted_with=house, retain_on_delete=False))
