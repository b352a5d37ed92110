"""What can go wrong between this provider and a workspace.

ProviderError (infra.engine.ports)
├── Refused       the workspace, or the request's form, says no
├── Absent        the object of the call does not exist
├── Conflict      an object of that name exists
├── Unconfirmed   no answer: the change may have been made or not
└── Incomplete    made, but not to its end
"""

from __future__ import annotations

from collections.abc import Mapping

from infra.engine.ports import ProviderError, UnknownOutcome
from infra.engine.values import Properties


class Refused(ProviderError):
    """Databricks refused a call; `code` is its error code, such as `PERMISSION_DENIED`, `told` what its details say by name."""

    def __init__(self, message: str, code: str = "", told: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.told = told or {}


class Absent(Refused):
    """What the call is about does not exist."""


class Conflict(Refused):
    """What the call would create exists already."""


class Unconfirmed(UnknownOutcome):
    """The connection broke, or a gateway gave up, after a change was sent: whether it was made is not known."""


class Incomplete(ProviderError):
    """A create's first step was made and a later one failed: the object exists, so its id and outputs must be kept."""

    def __init__(self, id: str, outputs: Properties, cause: ProviderError) -> None:
        super().__init__(str(cause))
        self.id = id
        self.outputs = outputs
