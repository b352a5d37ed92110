"""Transforms of one resource, of a component's children, of the whole stack, and of invokes."""

import pulumi
from gadgets import Group, Thing
from pulumi import ResourceOptions, ResourceTransformResult


def adding(key, value):
    def transform(args):
        return ResourceTransformResult({**args.props, key: value}, args.opts)

    return transform


def protecting(args):
    if args.type_ != "test:index:Thing":
        return None
    return ResourceTransformResult(
        {**args.props, "seen": "by the stack"}, ResourceOptions.merge(args.opts, ResourceOptions(protect=True))
    )


def asking(args):
    return pulumi.InvokeTransformResult({**args.args, "question": "another"}, args.opts)


pulumi.runtime.register_resource_transform(protecting)
pulumi.runtime.register_invoke_transform(asking)
first = Thing("first", secret=pulumi.Output.secret("hush"))
group = Group("group", opts=ResourceOptions(transforms=[adding("group", "yes")]))
child = Thing(
    "child", up=first.serial, opts=ResourceOptions(parent=group, transforms=[adding("own", "yes"), adding("at", first.serial)])
)
answer = pulumi.runtime.invoke_output("test:index:answer", {"question": "one"})
pulumi.export("question", answer.apply(lambda found: found["question"]))
