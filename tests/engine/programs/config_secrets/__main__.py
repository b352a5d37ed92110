"""Configuration with secrets, outputs made secret by name, and a version of Pulumi asked for."""

import pulumi
from gadgets import Thing
from pulumi import ResourceOptions

pulumi.require_pulumi_version(">=3.0.0")
config = pulumi.Config()
token = config.require_secret("token")
Thing("a", password=token, tags={"inner": token}, opts=ResourceOptions(additional_secret_outputs=["serial"]))
pulumi.export("token", token)
pulumi.export("joined", pulumi.Output.concat("Bearer ", token))
