"""Everything was called something else before: other names, types, parents, projects, stacks."""

import os

from gadgets import Group, Thing, Widget
from pulumi import ROOT_STACK_RESOURCE, Alias, ResourceOptions

if os.environ["STEP"] == "1":
    Widget("typed")
    Thing("named")
    Thing("orphan")
    group = Group("group")
    Thing("child", opts=ResourceOptions(parent=group))
    Thing("group-inner", opts=ResourceOptions(parent=group))
    Thing("spelled")
else:
    Thing("typed", opts=ResourceOptions(aliases=[Alias(type_="test:index:Widget")]))
    Thing("renamed", opts=ResourceOptions(aliases=[Alias(name="named")]))
    group = Group("team", opts=ResourceOptions(aliases=[Alias(name="group")]))
    Thing("orphan", opts=ResourceOptions(parent=group, aliases=[Alias(parent=ROOT_STACK_RESOURCE)]))
    Thing("child", opts=ResourceOptions(aliases=[Alias(parent=group)]))
    Thing("team-inner", opts=ResourceOptions(parent=group))
    Thing("read", opts=ResourceOptions(aliases=["urn:pulumi:dev::programs::test:index:Thing::spelled"]))
