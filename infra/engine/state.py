"""Checkpoints (`CheckpointV3` in `sdk/go/common/apitype` of Pulumi) to records, and back.

Secrets are decoded to `Secret` and encoded again; one whose value has not changed keeps its ciphertext, so that a state of a
thousand secrets is not encrypted anew at each write, and an unchanged state reads the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from sys import intern
from typing import Any, Final

from infra.engine.errors import CorruptStateError, SecretsError
from infra.engine.ports import Timeouts
from infra.engine.resource import FIELDS, Resource
from infra.engine.schema import features, heading, refuse_unreadable
from infra.engine.secrets import Cipher
from infra.engine.values import EXACT, SECRET_SIGNATURE, SIGNATURE_KEY, UNKNOWN, UNKNOWN_STRING, Properties, Secret, Value

#: Pulumi writes numbers from here on with an exponent.
_SCIENTIFIC: Final = 1e21

#: The names of fields that differ between records and checkpoints.
_WIRE_NAMES: Final = {
    "init_errors": "initErrors",
    "property_dependencies": "propertyDependencies",
    "pending_replacement": "pendingReplacement",
    "additional_secret_outputs": "additionalSecretOutputs",
    "timeouts": "customTimeouts",
    "import_id": "importID",
    "retain_on_delete": "retainOnDelete",
    "deleted_with": "deletedWith",
    "replace_with": "replaceWith",
    "ignore_changes": "ignoreChanges",
    "hide_diffs": "hideDiff",
    "replace_on_changes": "replaceOnChanges",
    "replacement_trigger": "replacementTrigger",
    "source_position": "sourcePosition",
    "refresh_before_update": "refreshBeforeUpdate",
    "stack_trace": "stackTrace",
    "hooks": "resourceHooks",
}
#: Checkpoint names in the checkpoint's order (`ResourceV3`), with the record's field.
ORDER: Final = tuple(
    (_WIRE_NAMES.get(name, name), name)
    for name in (
        *("urn", "custom", "delete", "id", "type", "inputs", "outputs", "parent", "protect", "taint", "external"),
        *("dependencies", "init_errors", "provider", "property_dependencies", "pending_replacement"),
        *("additional_secret_outputs", "aliases", "timeouts", "import_id", "retain_on_delete", "deleted_with"),
        *("replace_with", "created", "modified", "source_position", "stack_trace"),
        *("ignore_changes", "hide_diffs", "replace_on_changes", "replacement_trigger"),
        *("refresh_before_update", "hooks"),
    )
)
_FIELD_OF: Final = dict(ORDER)
_ALWAYS: Final = frozenset({"urn", "custom", "type"})
_LISTS: Final = frozenset(
    (
        *("dependencies", "init_errors", "additional_secret_outputs", "aliases", "ignore_changes", "replace_on_changes"),
        *("replace_with", "hide_diffs"),
    )
)
#: Fields that hold property values, with secrets encrypted.
_VALUES: Final = frozenset({"inputs", "outputs", "replacement_trigger"})
#: The calls that may have a timeout of their own.
TIMED: Final = ("create", "update", "delete", "read")


@dataclass(frozen=True, slots=True)
class PendingOperation:
    """A call that was under way when the state was written; whether it landed is not known."""

    resource: Resource
    type: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One stack's state. `secrets_state` is empty if nothing was ever encrypted in it."""

    resources: tuple[Resource, ...] = ()
    pending: tuple[PendingOperation, ...] = ()
    secrets_state: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def outputs(self) -> Properties:
        """The stack's outputs."""
        for resource in self.resources:
            if resource.type == "pulumi:pulumi:Stack" and not resource.delete:
                return resource.outputs
        return {}


class Codec:
    """Decodes and encodes the resources of one stack. Without a cipher it decodes every secret to `Secret(None)`: for those
    who only look, and it then refuses to encode."""

    def __init__(self, cipher: Cipher | None) -> None:
        self._cipher = cipher
        self._ciphertexts: dict[int, tuple[Secret, str]] = {}
        self._latest: dict[str, Resource] = {}
        self._texts: dict[Resource, str] = {}

    def decode(self, raw: Mapping[str, Any]) -> Resource:
        """The record of one entry of `resources`."""
        values: dict[str, Any] = {}
        extra: dict[str, Any] = {}
        for key, value in raw.items():
            name = _FIELD_OF.get(key)
            if name is None:
                extra[key] = value
            else:
                values[name] = self._field_from_wire(name, value)
        try:
            resource = Resource(**values, extra=extra)
        except TypeError:
            raise CorruptStateError(
                f"a resource of the state lacks its urn, type or custom: {raw.get('urn', '(no urn)')}"
            ) from None
        self._latest[resource.urn] = resource
        return resource

    def encode(self, resource: Resource) -> str:
        """The JSON text of one entry of `resources`."""
        text = self._texts.get(resource)
        if text is None:
            previous = self._latest.get(resource.urn)
            text = self._texts[resource] = self._encode(resource, previous)
            if not resource.delete:
                self._latest[resource.urn] = resource
        return text

    def _encode(self, resource: Resource, previous: Resource | None) -> str:
        parts = []
        for key, name in ORDER:
            value = getattr(resource, name)
            value = self._to_wire(value, getattr(previous, name, None)) if name in _VALUES else as_stored(name, value)
            if value or name in _ALWAYS:
                parts.append(f"{json.dumps(key)}:{_dump(value)}")
        parts += [f"{json.dumps(key)}:{_dump(value)}" for key, value in resource.extra.items()]
        return "{" + ",".join(parts) + "}"

    def _field_from_wire(self, name: str, value: Any) -> Any:
        if name in _VALUES:
            return self._from_wire(value)
        if name in _LISTS:
            return tuple(value or ())
        if name in {"property_dependencies", "hooks"}:
            return {key: tuple(urns or ()) for key, urns in (value or {}).items()}
        if name == "timeouts":
            return Timeouts(**{part: value.get(part) for part in TIMED})
        if name == "stack_trace":
            return tuple(intern(frame.get("sourcePosition", "")) for frame in value or ())
        return value

    def _from_wire(self, value: Any) -> Value:
        if isinstance(value, dict):
            if value.get(SIGNATURE_KEY) == SECRET_SIGNATURE:
                return self._secret_from_wire(value)
            return {key: self._from_wire(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._from_wire(item) for item in value]
        if isinstance(value, int) and abs(value) >= EXACT:
            return float(value)  # as programs and providers have it: the wire knows no other numbers
        return UNKNOWN if value == UNKNOWN_STRING else value

    def _secret_from_wire(self, value: dict[str, Any]) -> Secret:
        if "ciphertext" not in value:
            return Secret(self._from_wire(_opened(json.loads(value["plaintext"]))))
        if self._cipher is None:
            return Secret(None)
        ciphertext = value["ciphertext"]
        secret = Secret(self._from_wire(_opened(json.loads(self._cipher.decrypt(ciphertext)))))
        self._ciphertexts[id(secret)] = (secret, ciphertext)
        return secret

    def _to_wire(self, value: Value, previous: Value) -> Any:
        if isinstance(value, Secret):
            return {SIGNATURE_KEY: SECRET_SIGNATURE, "ciphertext": self._ciphertext(value, previous)}
        if isinstance(value, dict):
            before = previous if isinstance(previous, dict) else {}
            return {key: self._to_wire(value[key], before.get(key)) for key in sorted(value)}
        if isinstance(value, list):
            known = previous if isinstance(previous, list) and len(previous) == len(value) else [None] * len(value)
            return [self._to_wire(item, before) for item, before in zip(value, known, strict=True)]
        if isinstance(value, float) and EXACT <= abs(value) < _SCIENTIFIC:
            return int(Decimal(repr(value)))  # the digits that Pulumi writes
        return UNKNOWN_STRING if value is UNKNOWN else value

    def _ciphertext(self, secret: Secret, previous: Value) -> str:
        for known in (secret, previous):
            entry = self._ciphertexts.get(id(known))
            if entry is not None and entry[0] is known and entry[0] == secret:
                break
        else:
            if self._cipher is None:
                raise SecretsError("the state has secrets, and no passphrase was given: set PULUMI_CONFIG_PASSPHRASE")
            entry = (secret, self._cipher.encrypt(_dump(self._to_wire(secret.value, None))))
        self._ciphertexts[id(secret)] = (secret, entry[1])
        return entry[1]


def _opened(value: Any) -> Any:
    """What was encrypted, without the marks of secrets within it: the CLI writes those without encrypting them again."""
    if isinstance(value, dict):
        if value.get(SIGNATURE_KEY) == SECRET_SIGNATURE:
            return _opened(json.loads(value.get("ciphertext") or value["plaintext"]))
        return {key: _opened(item) for key, item in value.items()}
    return [_opened(item) for item in value] if isinstance(value, list) else value


class SealedCodec(Codec):
    """Takes property values as they are stored, ciphertexts included: for those who move records and look at no value."""

    def __init__(self) -> None:
        super().__init__(None)

    def _from_wire(self, value: Any) -> Value:
        return value

    def _to_wire(self, value: Value, previous: Value) -> Any:
        return value


def as_stored(name: str, value: Any) -> Any:
    """A field that holds no property values, in the checkpoint's form."""
    if name == "timeouts":
        return {part: seconds for part in TIMED if (seconds := getattr(value, part)) is not None}
    if name == "stack_trace":
        return [{"sourcePosition": frame} if frame else {} for frame in value]
    return value


def decode_checkpoint(text: str, codec: Codec, *, source: str) -> Checkpoint:
    """The state in a checkpoint file's text. `source` names the file in errors."""
    latest = latest_of(text, source=source)
    pending = latest.get("pending_operations") or ()
    return Checkpoint(
        resources=tuple(codec.decode(raw) for raw in latest.get("resources") or ()),
        pending=tuple(PendingOperation(codec.decode(raw["resource"]), raw["type"]) for raw in pending),
        secrets_state=secrets_state_of(latest),
        metadata=latest.get("metadata") or {},
    )


def latest_of(text: str, *, source: str) -> dict[str, Any]:
    """The `latest` of a checkpoint file; empty for a stack that has none yet. Raises `CorruptStateError`."""
    try:
        document = json.loads(text)
        _, checkpoint = document["version"], document["checkpoint"]
    except (ValueError, KeyError, TypeError):
        raise CorruptStateError(f"{source} is not a checkpoint: truncated or damaged; compare it with {source}.bak") from None
    refuse_unreadable(document, source)
    return checkpoint.get("latest") or {}


def secrets_state_of(latest: Mapping[str, Any]) -> str:
    """The state of the secrets provider of a checkpoint. Raises `SecretsError` for other providers than passphrases."""
    provider = latest.get("secrets_providers") or {}
    if provider and provider.get("type") != "passphrase":
        raise SecretsError(
            f"the state's secrets are kept by the provider {provider.get('type')!r}; this engine knows passphrases: "
            "run `pulumi stack change-secrets-provider passphrase`, or use the Pulumi CLI"
        )
    return str((provider.get("state") or {}).get("salt", ""))


def encode_checkpoint(
    stack: str,
    resources: Sequence[Resource],
    pending: Sequence[PendingOperation],
    codec: Codec,
    *,
    time: str,
    secrets_state: str,
    metadata: Mapping[str, Any],
) -> str:
    """The text of a checkpoint file. `stack` is the full name, `organization/<project>/<stack>`."""
    parts = [f'"manifest":{_dump({"time": time, "magic": "", "version": ""})}']
    if secrets_state:
        parts.append(f'"secrets_providers":{_dump({"type": "passphrase", "state": {"salt": secrets_state}})}')
    if resources:
        parts.append(f'"resources":[{",".join(codec.encode(resource) for resource in resources)}]')
    if pending:
        operations = (f'{{"resource":{codec.encode(item.resource)},"type":{_dump(item.type)}}}' for item in pending)
        parts.append(f'"pending_operations":[{",".join(operations)}]')
    parts.append(f'"metadata":{_dump(metadata)}')
    opening = _dump(heading(features(resources)))[1:-1]
    return f'{{{opening},"checkpoint":{{"stack":{_dump(stack)},"latest":{{{",".join(parts)}}}}}}}\n'


def _dump(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} cannot stand in a state")


if missing := set(FIELDS) - {name for _, name in ORDER} - {"extra"}:  # a new field must find its place in the checkpoint
    raise RuntimeError(f"fields without a place in the checkpoint: {missing}")
