"""What is deployed: a Pulumi program for so many resources, in a project folder of its own.

The project is an ordinary one, so that other tools can run it too: Pulumi.yaml, Pulumi.bench.yaml, __main__.py.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

STACK: Final = "bench"
PASSPHRASE: Final = "x"
#: Of the passphrase `x`.
_SALT: Final = "v1:i8qBwzmuu4A=:v1:lGki/S0uxbASLP1l:/v9L7rOaQQX3qe/L5PkNF5XDSDNrWw=="
_PROGRAMS: Final = Path(__file__).parent / "programs"
_OF_A_DOMAIN: Final = 24
_SCHEMAS_A_CATALOG: Final = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """A kind of program. `made` are the objects that a deploy of it adds to a workspace, as the emulator counts them.

    `chain` is the number of calls that a deploy must make one after the other, whatever else is made at the same time.
    """

    name: str
    title: str
    size: Callable[[int], Mapping[str, int]]
    made: Callable[[int], Mapping[str, int]]
    chain: int


def _domains(resources: int) -> int:
    return max(1, round(resources / _OF_A_DOMAIN))


def _catalogs(resources: int) -> int:
    return -(-resources // _SCHEMAS_A_CATALOG)


WORKLOADS: Final[Mapping[str, Workload]] = {
    workload.name: workload
    for workload in (
        Workload(
            name="schemas",
            title="schemas",
            size=lambda resources: {"resources": resources},
            made=lambda resources: {"schemas": resources, "catalogs": _catalogs(resources)},
            chain=3,  # the catalog, the removal of its default schema, a schema
        ),
        Workload(
            name="environment",
            title="a mixed environment",
            size=lambda resources: {"domains": _domains(resources)},
            made=lambda resources: {
                "catalogs": _domains(resources),
                "schemas": 4 * _domains(resources),
                "volumes": _domains(resources),
                "warehouses": _domains(resources),
                "service_principals": _domains(resources),
                "groups": _domains(resources),
                "jobs": _domains(resources),
            },
            chain=5,  # the warehouse, the folder, a file, the job, its permissions
        ),
    )
}


class Project:
    """A workload's program in a folder, for one contender: its objects in the workspace bear the contender's prefix."""

    def __init__(self, folder: Path, workload: Workload, resources: int, *, prefix: str, host: str, token: str) -> None:
        self.folder = folder
        self.state = folder / "state"
        self._config = {
            "databricks:host": host,
            "databricks:token": token,
            "benchmark:prefix": prefix,
            **{f"benchmark:{key}": value for key, value in workload.size(resources).items()},
        }
        self.state.mkdir(parents=True)
        shutil.copy(_PROGRAMS / f"{workload.name}.py", folder / "__main__.py")
        # As text, because YAML's writer would sort it and people read it.
        (folder / "Pulumi.yaml").write_text("name: benchmark\nruntime: python\nbackend:\n  url: file://state\n")
        self.revise(1)

    def revise(self, revision: int) -> None:
        """The second revision of a program differs from the first in the comment of one schema."""
        stack = {"encryptionsalt": _SALT, "config": self._config | {"benchmark:revision": revision}}
        (self.folder / f"Pulumi.{STACK}.yaml").write_text(yaml.safe_dump(stack))
