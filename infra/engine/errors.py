"""What the engine refuses or cannot do. Messages say what, why and what to do; they hold no secret.

EngineError
├── ProjectError           Pulumi.yaml or Pulumi.<stack>.yaml cannot be used
├── BackendError           state cannot be read or written
│   ├── LockedError        somebody else is at work on the stack
│   └── CorruptStateError  a checkpoint or a journal that cannot be trusted
│       └── StaleJournalError  a journal of another checkpoint
├── SecretsError           no passphrase, or the wrong one
├── UnsettledError         what an interrupted operation left cannot be looked at
├── PluginError            a package that nobody serves
├── UnsupportedError       a feature of Pulumi that this engine does not have
├── PlanError              a program asks for what must not be done
├── StepError              a step failed; the provider's words
│   └── HalfDoneError      a resource is made or changed, and not as it should be
└── CancelledError         the operation was asked to stop
"""


class EngineError(Exception):
    """The engine's own failure, in words for the user."""


class ProjectError(EngineError):
    """A project or stack file is missing or wrong."""


class BackendError(EngineError):
    """State cannot be read or written."""


class LockedError(BackendError):
    """The stack is locked; the message names who holds it, since when, and the way out."""


class CorruptStateError(BackendError):
    """A checkpoint is truncated or contradicts itself."""


class StaleJournalError(CorruptStateError):
    """A journal continues a checkpoint that is there no more."""


class SecretsError(EngineError):
    """Secrets cannot be encrypted or decrypted."""


class UnsettledError(EngineError):
    """An earlier operation was interrupted, and what became of one of its calls cannot be found out."""


class PluginError(EngineError):
    """No plugin serves a package."""


class UnsupportedError(EngineError):
    """A feature of Pulumi that this engine refuses by name."""


class PlanError(EngineError):
    """The program asks for something that must not be done; `urn` is the resource that it is about, if it is about one."""

    def __init__(self, message: str, urn: str = "") -> None:
        super().__init__(message)
        self.urn = urn


class StepError(EngineError):
    """A step was tried and failed."""


class HalfDoneError(StepError):
    """A provider made or changed a resource, and could not finish. The state has it; the next update tries again."""


class CancelledError(EngineError):
    """The operation was asked to stop before this could begin."""


class ProcessDiedError(EngineError):
    """The process that carried out an operation was killed, or ended without a result."""
