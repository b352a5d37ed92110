"""Dynamic providers (`pulumi.dynamic`): a resource brings its provider along, serialized in its input `__provider`.

The calls are those of the SDK's own host (`pulumi/dynamic/__main__.py`), without a process of its own. The provider's code runs
in a context that knows nothing of the program's, as it would there. Such providers have no previews and keep no secrets:
outputs are secret where the input of the same name is.
"""

from __future__ import annotations

import asyncio
import base64
import contextvars
import threading
from collections.abc import Callable
from typing import Any, Final, TypeVar

import dill  # type: ignore[import-untyped]
from pulumi.dynamic import Config, ConfigureRequest
from pulumi.runtime import Settings, configure, rpc
from pulumi.runtime._serialization import _deserialize

from infra.engine.assets import alike
from infra.engine.object_diff import compared
from infra.engine.ports import CheckFailure, CheckResult, Created, DiffResult, Found, ProviderError, Subject
from infra.engine.rpc.wire import from_struct, to_struct
from infra.engine.secrecy import secret_outputs
from infra.engine.values import UNKNOWN, Properties, reveal

T = TypeVar("T")
KEY: Final = "__provider"


class DynamicPlugin:
    """The package `pulumi-python`."""

    name = "pulumi-python"
    version = ""

    def __init__(self, project: str) -> None:
        self._project = project

    def check_config(self, olds: Properties | None, news: Properties) -> CheckResult:
        """Nothing is refused."""
        return CheckResult(news)

    def diff_config(self, old_inputs: Properties, new_inputs: Properties) -> DiffResult:
        """Whatever differs, no resource is replaced for it."""
        return DiffResult(changes=not alike(old_inputs, new_inputs))

    def configure(self, inputs: Properties) -> DynamicProvider:
        """`inputs` are the stack's whole configuration, with its namespaces."""
        return DynamicProvider(self._project, reveal(inputs))


class DynamicProvider:
    """All dynamic providers of a program. Each is deserialized and configured once."""

    def __init__(self, project: str, config: Properties) -> None:
        self._project, self._config = project, config
        self._known: dict[str, Any] = {}
        self._lock = threading.Lock()

    def check(self, subject: Subject, olds: Properties | None, news: Properties) -> CheckResult:
        """What the provider's `check` says."""
        source = news if news.get(KEY) is not UNKNOWN else olds or {}

        def check() -> CheckResult:
            answer = self._provider(source).check(_plain(olds or {}), _plain(news))
            failures = tuple(CheckFailure(item.property, item.reason) for item in answer.failures or ())
            return CheckResult(_kept(answer.inputs, news, news), failures)

        return _apart(self._project, check)

    def diff(
        self, subject: Subject, id: str, old_inputs: Properties, old_outputs: Properties, new_inputs: Properties
    ) -> DiffResult:
        """What the provider's `diff` says; the inputs are compared if it says nothing."""
        source = new_inputs if new_inputs.get(KEY) is not UNKNOWN else old_outputs
        answer = _apart(self._project, lambda: self._provider(source).diff(id, _plain(old_outputs), _plain(new_inputs)))
        own = compared(old_inputs, new_inputs)
        replaces = tuple(answer.replaces or ())
        first = bool(answer.delete_before_replace)
        if answer.changes is None:
            return DiffResult(own.changes, own.keys, replaces, own.detailed, first)
        return DiffResult(bool(answer.changes), replaces=replaces, delete_before_replace=first)

    def create(self, subject: Subject, inputs: Properties, *, preview: bool) -> Created:
        """In a preview the inputs are all that is known of the outputs."""
        if preview:
            return Created("", inputs)

        def create() -> Created:
            answer = self._provider(inputs).create(_plain(inputs))
            if not answer.id:
                raise ProviderError("the dynamic provider's create answered no id")
            return Created(str(answer.id), _kept(answer.outs or {}, inputs, inputs))

        return _apart(self._project, create)

    def read(self, subject: Subject, id: str, inputs: Properties, outputs: Properties) -> Found | None:
        """None if the provider answers no id."""
        if KEY not in outputs:
            raise ProviderError(f"a dynamic resource that this stack did not make cannot be read ({id}): its code is not known")

        def read() -> Found | None:
            answer = self._provider(outputs).read(id, _plain(outputs))
            if not answer.id:
                return None
            now = inputs if answer.inputs is None else _kept(answer.inputs, inputs, inputs)
            return Found(str(answer.id), now, _kept(answer.outs or {}, outputs, outputs))

        return _apart(self._project, read)

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
        """All outputs, as the provider's `update` answers them."""
        if preview:
            return new_inputs

        def update() -> Properties:
            answer = self._provider(new_inputs).update(id, _plain(old_outputs), _plain(new_inputs))
            return _kept(answer.outs or {}, new_inputs, new_inputs)

        return _apart(self._project, update)

    def delete(self, subject: Subject, id: str, inputs: Properties, outputs: Properties) -> None:
        """By the code that last made or changed it."""
        _apart(self._project, lambda: self._provider(outputs).delete(id, _plain(outputs)))

    def invoke(self, token: str, arguments: Properties) -> Properties:
        """Dynamic providers have no functions."""
        raise ProviderError(f"unknown function {token}")

    def close(self) -> None:
        """Nothing is held."""

    def _provider(self, properties: Properties) -> Any:
        text = str(reveal(properties.get(KEY, "")))
        with self._lock:
            if text not in self._known:
                provider: Any = _deserialize(lambda: dill.loads(base64.b64decode(text)))  # noqa: S301 - the program's own
                provider.configure(ConfigureRequest(config=Config(raw_config=self._config, project_name=self._project)))
                self._known[text] = provider
            return self._known[text]


def _plain(properties: Properties) -> Any:
    """Properties as the SDK hands them to a provider."""
    return rpc.deserialize_properties(to_struct(reveal(properties)), True)


def _kept(answer: Any, source: Properties, secrets: Properties) -> Properties:
    """What a provider answered, with the provider itself, as properties."""
    loop = asyncio.new_event_loop()
    try:
        struct = loop.run_until_complete(rpc.serialize_properties(dict(answer), {}))
    finally:
        loop.close()
    return secret_outputs({**from_struct(struct), KEY: source[KEY]}, secrets, ())


def _apart(project: str, work: Callable[[], T]) -> T:
    """Run a provider's code in a context of its own; what it raises is its refusal."""

    def run() -> T:
        configure(Settings(project=project, stack="stack", organization="organization"))
        return work()

    try:
        return contextvars.Context().run(run)
    except ProviderError:
        raise
    except Exception as error:
        raise ProviderError(f"{type(error).__name__}: {error}") from error
