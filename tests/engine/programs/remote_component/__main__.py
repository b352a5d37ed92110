"""Asks for what this engine does not do."""

import os

import pulumi
from gadgets import Thing

Thing("innocent")
if os.environ["STEP"] == "1":
    pulumi.ComponentResource("test:index:Far", "far", {}, None, True)
elif os.environ["STEP"] == "2":
    pulumi.runtime.call("test:index:Thing/method", {})
else:

    async def package():
        return "ref"

    pulumi.CustomResource("test:index:Thing", "parameterized", {}, package_ref=package())
