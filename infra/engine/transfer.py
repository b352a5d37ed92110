"""A state as a document of its own: `stack export` and `stack import`, in the CLI's shape."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from infra.engine.backend import Backend, opened_cipher
from infra.engine.clock import SYSTEM, Clock, rfc3339
from infra.engine.errors import CorruptStateError, PlanError
from infra.engine.graph import knots, told
from infra.engine.schema import heading, stored_features
from infra.engine.secrets import Cipher
from infra.engine.state import Codec, decode_checkpoint, encode_checkpoint, latest_of, secrets_state_of
from infra.engine.surgery import keep_backup
from infra.engine.values import SECRET_SIGNATURE, SIGNATURE_KEY


def exported(backend: Backend, version: int | None = None, *, passphrase: str | None = None) -> dict[str, Any]:
    """The state now, or after an update of the history. With a passphrase its secrets are in clear.

    Raises `BackendError` for a version that is not there, `SecretsError` for another passphrase.
    """
    text = backend.read() if version is None else backend.history_checkpoint(version)
    latest = {} if text is None else latest_of(text, source=backend.place)
    if passphrase is not None and secrets_state_of(latest):
        latest = _opened(latest, Cipher.open(passphrase, secrets_state_of(latest)))
    return {**heading(stored_features(latest.get("resources") or ())), "deployment": latest}


def take_in(
    backend: Backend, document: Mapping[str, Any], passphrase: str | None, *, force: bool, clock: Clock = SYSTEM
) -> int:
    """Replace the state by an exported one; answers how many resources it has. `force`: although it contradicts itself or is
    another stack's. Its secrets are encrypted anew if it comes from a stack with another key."""
    latest = document.get("deployment")
    if "version" not in document or not isinstance(latest, dict):
        raise CorruptStateError("not an exported state: it needs the keys `version` and `deployment`")
    with backend.locked():
        former = backend.read()
        theirs, ours = secrets_state_of(latest), backend.secrets_state()
        reading = opened_cipher(passphrase, theirs or ours, writes=False)
        codec = Codec(reading)
        opening = {key: document[key] for key in ("version", "features") if key in document}
        text = json.dumps({**opening, "checkpoint": {"stack": backend.full_name, "latest": latest}})
        checkpoint = decode_checkpoint(text, codec, source="the exported state")
        if not force:
            _refuse_foreign(backend, [resource.urn for resource in checkpoint.resources])
            unsound = knots(checkpoint.resources)
            if unsound:
                raise PlanError(f"refused: the state contradicts itself: {told(unsound)}; --force takes it all the same")
        cipher = reading if not ours or ours == theirs else opened_cipher(passphrase, ours, writes=True)
        if former is not None:
            keep_backup(backend, former, clock)
        backend.write(
            encode_checkpoint(
                backend.full_name,
                checkpoint.resources,
                checkpoint.pending,
                codec if cipher is reading else Codec(cipher),
                time=rfc3339(clock()),
                secrets_state=cipher.state if cipher else "",
                metadata=checkpoint.metadata,
            )
        )
        return len(checkpoint.resources)


def _refuse_foreign(backend: Backend, found: list[str]) -> None:
    prefix = f"urn:pulumi:{backend.stack}::{backend.project}::"
    foreign = [urn for urn in found if not urn.startswith(prefix)]
    if foreign:
        raise PlanError(f"refused: {foreign[0]} is not of the stack {backend.project}/{backend.stack}; --force takes it anyway")


def _opened(value: Any, cipher: Cipher) -> Any:
    if isinstance(value, dict):
        if value.get(SIGNATURE_KEY) == SECRET_SIGNATURE and "ciphertext" in value:
            return {SIGNATURE_KEY: SECRET_SIGNATURE, "plaintext": cipher.decrypt(value["ciphertext"])}
        return {key: _opened(item, cipher) for key, item in value.items()}
    return [_opened(item, cipher) for item in value] if isinstance(value, list) else value
