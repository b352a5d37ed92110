"""The package `pulumi`, which the engine serves by itself: StackReference, Stash, and reading other stacks' outputs.

Follows `pkg/resource/deploy/builtins.go` of Pulumi. `getResource` is answered in `registration`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Final

from infra.engine.object_diff import compared
from infra.engine.ports import CheckFailure, CheckResult, Created, DiffResult, Found, ProviderError, Subject
from infra.engine.values import Properties, contains_secret, reveal

STACK_REFERENCE: Final = "pulumi:pulumi:StackReference"
STASH: Final = "pulumi:index:Stash"
_INPUTS: Final = {STACK_REFERENCE: "name", STASH: "input"}

#: The outputs of the stack of a name, secrets decoded. Raises `ProviderError` for one that does not exist.
StackReader = Callable[[str], Properties]


class BuiltIn:
    """The plugin and its one provider: there is nothing to configure."""

    name = "pulumi"
    version = ""

    def __init__(self, read_stack: StackReader) -> None:
        self._read_stack = read_stack

    def check_config(self, olds: Properties | None, news: Properties) -> CheckResult:
        """Nothing is refused."""
        return CheckResult(news)

    def diff_config(self, old_inputs: Properties, new_inputs: Properties) -> DiffResult:
        """Nothing matters."""
        return DiffResult(changes=False)

    def configure(self, inputs: Properties) -> BuiltIn:
        """There is only one."""
        return self

    def check(self, subject: Subject, olds: Properties | None, news: Properties) -> CheckResult:
        """One input, and it is required."""
        wanted = _INPUTS.get(subject.type)
        if wanted is None:
            raise ProviderError(f"unrecognized resource type '{subject.type}'")
        failures = [CheckFailure(key, f'unknown property "{key}"') for key in news if key != wanted]
        if wanted not in news:
            failures.append(CheckFailure(wanted, f'missing required property "{wanted}"'))
        return CheckResult(news, tuple(failures))

    def diff(
        self, subject: Subject, id: str, old_inputs: Properties, old_outputs: Properties, new_inputs: Properties
    ) -> DiffResult:
        """Another stack is another reference."""
        diff = compared(old_inputs, new_inputs)
        replaces = diff.keys if subject.type == STACK_REFERENCE else ()
        return DiffResult(diff.changes, keys=diff.keys, replaces=replaces)

    def create(self, subject: Subject, inputs: Properties, *, preview: bool) -> Created:
        """A stash keeps what it is first given."""
        id = "" if preview else str(uuid.uuid4())
        if subject.type == STACK_REFERENCE:
            return Created(id, self._outputs(str(reveal(inputs["name"]))))
        return Created(id, {"input": inputs["input"], "output": inputs["input"]})

    def read(self, subject: Subject, id: str, inputs: Properties, outputs: Properties) -> Found | None:
        """The outputs of a stack, as they are now."""
        if subject.type == STACK_REFERENCE:
            if "name" not in inputs:
                raise ProviderError("a stack reference can not be imported")
            return Found(id, inputs, self._outputs(str(reveal(inputs["name"]))))
        if not inputs:
            raise ProviderError("a stash can not be imported")
        return Found(id, inputs, outputs)

    def update(
        self,
        subject: Subject,
        id: str,
        old_inputs: Properties,
        old_outputs: Properties,
        new_inputs: Properties,
        *,
        preview: bool,
    ) -> Properties:
        """What a stash was first given stays."""
        return {"input": new_inputs["input"], "output": old_outputs["output"]}

    def delete(self, subject: Subject, id: str, inputs: Properties, outputs: Properties) -> None:
        """Nothing exists outside the state."""

    def invoke(self, token: str, arguments: Properties) -> Properties:
        """`readStackOutputs`."""
        if token != "pulumi:pulumi:readStackOutputs":
            raise ProviderError(f"unrecognized function name: '{token}'")
        return self._outputs(str(reveal(arguments["name"])))

    def close(self) -> None:
        """Nothing is held."""

    def _outputs(self, stack: str) -> Properties:
        outputs = self._read_stack(stack)
        secret = sorted(key for key, value in outputs.items() if contains_secret(value))
        return {"name": stack, "outputs": outputs, "secretOutputNames": secret}
