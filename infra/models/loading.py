"""From a folder of YAML files to an `Environment`. This is the only place where what a user wrote is read and judged.

`load_environment` needs no variable to be set; `resolve` fills in `${env:NAME}` when an operation needs the values.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from infra.models import diagnostics
from infra.models.crosscheck import crosscheck
from infra.models.document import Node
from infra.models.environment import Environment
from infra.models.errors import InvalidEnvironment, Unresolved
from infra.models.inheritance import environment_names, read_chain
from infra.models.substitution import substitute

__all__ = ["environment_names", "load_environment", "resolve"]


def load_environment(name: str, folder: Path) -> Environment:
    """The environment `<folder>/<name>.yaml`, with everything that it extends.

    Raises `EnvironmentNotFound`, or `InvalidEnvironment` with every finding at once: each names file, line and key.
    """
    return _build(name, read_chain(name, folder))


def resolve(environment: Environment, variables: Mapping[str, str]) -> Environment:
    """The environment with each `${env:NAME}` replaced by its value; secrets stay references.

    Raises `Unresolved` with a finding for each variable that is not set, `InvalidEnvironment` if a value is not what its
    key takes.
    """
    document, missing = substitute(environment.document, variables)
    if missing:
        raise Unresolved(missing)
    return _build(environment.name, document)


def _build(name: str, document: Node) -> Environment:
    values = document.plain()
    if isinstance(values.get("dbt"), dict):
        values["dbt"].setdefault("target", name)
    try:
        environment = Environment.model_validate(values)
    except ValidationError as error:
        raise InvalidEnvironment(diagnostics.findings(error, Environment, document)) from None
    environment._name, environment._document = name, document
    wrong = crosscheck(environment)
    if wrong:
        raise InvalidEnvironment(wrong)
    return environment
