"""What an operation refuses, or could not do.

    OperationError
    ├── ProjectError        there is no project here, or its Pulumi.yaml cannot be used
    ├── EnvironmentInvalid  the environment file is wrong or missing
    ├── NotReachable        the workspace does not answer, or refuses the credentials
    ├── NotDeployed         the stack, or the output that is asked for, does not exist yet
    ├── PassphraseError     the passphrase of a stack is missing or unsafe
    ├── EngineUnavailable   an engine that is not there
    ├── EngineFailed        an engine that is there, and could not begin
    ├── HistoryUnavailable  a backend whose history cannot be read
    ├── QuotaExceeded       Unity Catalog has no room for what the environment says
    ├── WorkspaceError      the workspace on this machine cannot be started, stopped or reset
    ├── RunError            a job cannot be run or followed
    ├── RepositoryName      a new repository cannot be called that
    └── RepositoryExists    a new repository would write over something

An error is for a person: what is wrong and where, why, and what to do about it.
"""

from __future__ import annotations


class OperationError(Exception):
    """`what` names the thing and where it is; `why` and `remedy` are sentences, empty if there is nothing to add."""

    def __init__(self, what: str, *, why: str = "", remedy: str = "") -> None:
        super().__init__("\n".join(part for part in (what, why, remedy) if part))
        self.what = what
        self.why = why
        self.remedy = remedy


class ProjectError(OperationError):
    pass


class EnvironmentInvalid(OperationError):
    pass


class NotReachable(OperationError):
    pass


class NotDeployed(OperationError):
    pass


class PassphraseError(OperationError):
    pass


class EngineUnavailable(OperationError):
    pass


class EngineFailed(OperationError):
    pass


class QuotaExceeded(OperationError):
    pass


class HistoryUnavailable(OperationError):
    pass


class WorkspaceError(OperationError):
    pass


class RunError(OperationError):
    pass


class RepositoryName(OperationError):
    pass


class RepositoryExists(OperationError):
    pass
