"""Functions wait for what they depend on, and take the provider of their parent."""

import pulumi
from gadgets import Group, Provider, Thing
from pulumi import InvokeOptions, InvokeOutputOptions, ResourceOptions

group = Group("group", opts=ResourceOptions(providers=[Provider("mine", region="x")]))
thing = Thing("thing", opts=ResourceOptions(parent=group))
late = pulumi.runtime.invoke_output("test:index:answer", {"question": "why"}, InvokeOutputOptions(depends_on=[thing]))
near = pulumi.runtime.invoke_output("test:index:answer", {"question": "who"}, InvokeOptions(parent=group))
pulumi.export("late", late.apply(lambda found: found["question"]))
pulumi.export("near", near.apply(lambda found: found["answer"]))
