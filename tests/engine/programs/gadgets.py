"""The SDK of a made-up package `test`, as programs use one: things, groups of things, and the package's provider."""

from __future__ import annotations

from typing import Any

import pulumi


class Thing(pulumi.CustomResource):
    """Something that the stand-in provider keeps. It is replaced when its `name` or `home` changes."""

    serial: pulumi.Output[str]

    def __init__(self, resource_name: str, opts: pulumi.ResourceOptions | None = None, **props: Any) -> None:
        super().__init__("test:index:Thing", resource_name, {"serial": None, **props}, opts)


class Widget(pulumi.CustomResource):
    """What things were called before."""

    def __init__(self, resource_name: str, opts: pulumi.ResourceOptions | None = None, **props: Any) -> None:
        super().__init__("test:index:Widget", resource_name, {"serial": None, **props}, opts)


class Group(pulumi.ComponentResource):
    """A component."""

    def __init__(self, resource_name: str, opts: pulumi.ResourceOptions | None = None, **props: Any) -> None:
        super().__init__("test:index:Group", resource_name, props, opts)


class Provider(pulumi.ProviderResource):
    """A provider with a region."""

    def __init__(self, resource_name: str, opts: pulumi.ResourceOptions | None = None, **props: Any) -> None:
        super().__init__("test", resource_name, props, opts)
