"""`${env:NAME}` and `${secret:NAME}`, the only substitutions that an environment file knows.

A variable of one of the tools (`DATABRICKS_TOKEN`, `AWS_PROFILE` …) is refused as a source: what a shell happens to hold must
never decide which workspace a run goes to. `${secret:NAME}` is read from `LAKESTEAD_SECRET_<NAME>`, only when it is used.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Annotated, Final

from pydantic import AfterValidator

from infra.models.document import Node, dotted
from infra.models.errors import Finding

#: What the tools themselves read from the process environment.
AMBIENT: Final = (
    "DATABRICKS_",
    "AWS_",
    "ARM_",
    "AZURE_",
    "GOOGLE_",
    "CLOUDSDK_",
    "TF_",
    "PULUMI_",
    "DBT_",
    "SSL_",
    "REQUESTS_",
)
SECRET_PREFIX: Final = "LAKESTEAD_SECRET_"

_ANY: Final = re.compile(r"\$\{([^}]*)\}?")
_ENV: Final = re.compile(r"\$\{env:([A-Z_][A-Z0-9_]*)\}")
_SECRET: Final = re.compile(r"\$\{secret:([A-Z_][A-Z0-9_]*)\}")


def variables(text: str) -> list[str]:
    """The names that `${env:…}` reads in a text."""
    return _ENV.findall(text)


def is_secret(text: str) -> bool:
    """Whether the whole text is a `${secret:NAME}`."""
    return _SECRET.fullmatch(text) is not None


def secret_name(reference: str) -> str:
    """The NAME of a whole `${secret:NAME}`."""
    found = _SECRET.fullmatch(reference)
    if found is None:
        raise ValueError(f"'{reference}' is not a ${{secret:NAME}}")
    return found[1]


def _text(value: str) -> str:
    for found in _ANY.finditer(value):
        if _SECRET.fullmatch(found[0]):
            raise ValueError(f"{found[0]} may not stand here: a secret goes where a secret is asked for")
        if not _ENV.fullmatch(found[0]):
            raise ValueError(f"'{found[0]}' is no substitution; there are ${{env:NAME}} and ${{secret:NAME}}, NAME in capitals")
        _refuse_ambient(found[0], found[1].removeprefix("env:"))
    return value


def _secret(value: str) -> str:
    found = _SECRET.fullmatch(value)
    if found is None:
        raise ValueError("a secret never stands in a file; write ${secret:NAME}, NAME in capitals")
    _refuse_ambient(found[0], found[1])
    return value


def _refuse_ambient(whole: str, name: str) -> None:
    if name.startswith(AMBIENT):
        raise ValueError(
            f"{whole} is refused: {name} belongs to a tool, and a shell must not decide where a run goes; "
            "use a name of your own, such as LAKESTEAD_PROD_HOST"
        )


#: Any text; `${env:NAME}` may stand in it.
Text = Annotated[str, AfterValidator(_text)]
#: A reference to a secret; the whole value is `${secret:NAME}`.
SecretReference = Annotated[str, AfterValidator(_secret)]


def substitute(root: Node, values: Mapping[str, str]) -> tuple[Node, list[Finding]]:
    """The tree with each `${env:NAME}` replaced, and a finding for each variable that has no value (empty counts as none)."""
    findings: list[Finding] = []

    def replace(node: Node, path: tuple[str | int, ...]) -> Node:
        if isinstance(node.value, Mapping):
            return Node({key: replace(item, (*path, key)) for key, item in node.value.items()}, node.at)
        if isinstance(node.value, tuple):
            return Node(tuple(replace(item, (*path, index)) for index, item in enumerate(node.value)), node.at)
        if not isinstance(node.value, str):
            return node
        unset = [name for name in variables(node.value) if not values.get(name)]
        findings.extend(Finding(node.at, dotted(path), f"the variable {name} is not set; export {name}=…") for name in unset)
        return Node(_ENV.sub(_value_of(values), node.value), node.at)

    return replace(root, ()), findings


def _value_of(values: Mapping[str, str]) -> Callable[[re.Match[str]], str]:
    return lambda found: values.get(found[1], "")
