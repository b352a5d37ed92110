"""Outputs of another stack of the same backend; its secrets stay secret."""

import os

import pulumi

if pulumi.get_stack() == "dev":
    pulumi.export("plain", {"answer": 42})
    pulumi.export("password", pulumi.Output.secret("hush"))
else:
    named, whole = pulumi.StackReference("dev"), pulumi.StackReference("whole", "organization/programs/dev")
    pulumi.export("plain", named.get_output("plain"))
    pulumi.export("password", whole.require_output("password"))
    pulumi.export("nothing", named.get_output("nothing"))
    if os.environ["STEP"] == "2":
        pulumi.StackReference("nobody")
