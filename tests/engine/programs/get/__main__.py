"""Reads what others own, by id, and what this stack has registered, by URN."""

import pulumi
from gadgets import Thing
from pulumi import ResourceOptions

theirs = Thing("theirs", opts=ResourceOptions(id="theirs"))
mine = Thing("mine", up=theirs.serial)
again = mine.urn.apply(lambda urn: Thing("again", opts=ResourceOptions(urn=urn)).serial)
pulumi.export("serials", [theirs.serial, again])
