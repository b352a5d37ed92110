"""Children take protection and providers from their parents; each version has a default provider of its own."""

from gadgets import Group, Provider, Thing
from pulumi import ResourceOptions

one, two = Provider("one", region="x"), Provider("two", region="y")
by_list = Group("by-list", opts=ResourceOptions(providers=[one], protect=True))
by_map = Group("by-map", opts=ResourceOptions(parent=by_list, providers={"test": two}))
Thing("listed", opts=ResourceOptions(parent=by_list))
mapped = Thing("mapped", opts=ResourceOptions(parent=by_map))
Thing("below", opts=ResourceOptions(parent=mapped))
Thing("bare", opts=ResourceOptions(parent=by_list, protect=False))
Thing("old", opts=ResourceOptions(version="1.2.3"))
Thing("new", opts=ResourceOptions(version="2.0.0-alpha.1"))
