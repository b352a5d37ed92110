"""What this engine cannot do, refused in the constructors of a program's resources.

Constructors run before the first request goes out, and nothing is begun after a refusal; so nothing has been changed then. What
is made later, in an `apply`, is refused when it comes.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from importlib import import_module
from typing import Any, Final, NoReturn

from infra.engine.errors import UnsupportedError

_WAY_OUT: Final = "not supported by this engine; do without, or use the Pulumi CLI"
#: Where `register_resource` has its `package_ref`, counted behind `remote`.
_PACKAGE_REF: Final = 4


def install(refuse: Callable[[UnsupportedError], None]) -> None:
    """Take the place of the SDK's functions by which resources and their methods ask; for a process that runs one program.

    `refuse` is told before the program is, so that what is already on the way comes to a closed door.
    """
    resource: Any = import_module("pulumi.resource")
    runtime: Any = import_module("pulumi.runtime")
    register = resource.register_resource

    def checked(res: Any, type: str, name: str, custom: Any, remote: Any, *rest: Any, **named: Any) -> None:
        package = named.get("package_ref") or (rest[_PACKAGE_REF] if len(rest) > _PACKAGE_REF else None)
        if inspect.iscoroutine(package):
            package.close()
        if remote or package is not None:
            refused(f"{type} {name!r}: {'remote components' if remote else 'parameterized packages'}")
        register(res, type, name, custom, remote, *rest, **named)

    def call(token: str, *rest: Any, **named: Any) -> NoReturn:
        refused(f"{token}: methods of resources (Call)")

    def refused(what: str) -> NoReturn:
        error = UnsupportedError(f"{what}: {_WAY_OUT}")
        refuse(error)
        raise error

    resource.register_resource = checked
    runtime.call = call
