"""Reading environment files: each one, or all of a folder. No call is made and no variable needs to be set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from infra.models import Environment, InvalidEnvironment, ModelError, environment_names, load_environment
from infra.models.errors import Finding
from infra.models.sources import missing_sources
from infra.operations.errors import EnvironmentInvalid
from infra.operations.settings import Settings


@dataclass(frozen=True, slots=True)
class Validation:
    """What became of one environment. `error` is empty if it is right; `findings` say where and what is wrong."""

    name: str
    environment: Environment | None = None
    error: str = ""
    findings: tuple[Finding, ...] = ()


def validate(settings: Settings, names: Sequence[str] = ()) -> list[Validation]:
    """Read the environments called `names`, or all there are."""
    if not settings.environments.is_dir():
        raise EnvironmentInvalid(
            f"there is no folder {settings.environments}",
            remedy="Name the folder of the environment files: --environments DIR.",
        )
    chosen = list(dict.fromkeys(names)) or environment_names(settings.environments)
    if not chosen:
        raise EnvironmentInvalid(f"{settings.environments} holds no environment", remedy="Write one: environments/local.yaml.")
    return [_validate(settings, name) for name in chosen]


def _validate(settings: Settings, name: str) -> Validation:
    try:
        environment = load_environment(name, settings.environments)
        missing = missing_sources(environment, settings.root)
        if missing:
            raise InvalidEnvironment(missing)
        return Validation(name, environment)
    except InvalidEnvironment as error:
        return Validation(name, error=str(error), findings=error.findings)
    except ModelError as error:
        return Validation(name, error=str(error))
