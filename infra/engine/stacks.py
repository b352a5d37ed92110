"""Stacks as a whole: made, listed, chosen, tagged, removed, given another passphrase.

Files are the CLI's, but for the choice of a stack: it lies in `.lakestead/stack` beside Pulumi.yaml, not in the CLI's home.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra.engine import files, stack_file
from infra.engine.backend import Backend, opened_cipher
from infra.engine.clock import SYSTEM, Clock, rfc3339
from infra.engine.errors import BackendError, PlanError, ProjectError, SecretsError
from infra.engine.project import Project, load_stack_file
from infra.engine.secrets import Cipher
from infra.engine.state import Checkpoint, Codec, encode_checkpoint
from infra.engine.surgery import keep_backup

_TAGS_VERSION = 1


def make(project: Project, backend: Backend, passphrase: str | None, *, clock: Clock = SYSTEM) -> None:
    """A new stack with an empty state and a secrets provider. Raises `PlanError` if it exists."""
    with backend.locked():
        if backend.exists():
            raise PlanError(f"stack {backend.stack!r} already exists")
        file = load_stack_file(project, backend.stack)
        cipher = opened_cipher(passphrase, file.salt, writes=True)
        if cipher is None:
            raise SecretsError("a stack needs a passphrase: set PULUMI_CONFIG_PASSPHRASE")
        _write(backend, Checkpoint(), Codec(cipher), cipher, clock)
        if not file.salt:
            file.keep_salt(cipher.state)


def names(backend: Backend) -> list[str]:
    """The stacks of the project, in order."""
    found = backend.store.names(f"stacks/{backend.project}")
    return [name.removesuffix(".json") for name in found if name.endswith(".json")]


def select(project: Project, stack: str) -> None:
    """Let commands without `--stack` mean this one."""
    files.write(_choice(project), stack + "\n", mode=0o644)


def selected(project: Project) -> str:
    """The stack that was selected. Raises `ProjectError` if none was."""
    path = _choice(project)
    if not path.exists():
        raise ProjectError("no stack is selected: pass --stack NAME, or run `stack select NAME` once")
    return path.read_text(encoding="utf-8").strip()


def remove(project: Project, backend: Backend, *, force: bool, keep_config: bool) -> None:
    """Forget a stack: state, history, tags, and its file. `force`: although it still has resources, which stay in the world."""
    with backend.locked():
        text = backend.read()
        if text is None:
            raise PlanError(f"stack {backend.stack!r} does not exist")
        left = len(backend.decode(Codec(None)).resources)
        if left and not force:
            raise PlanError(f"stack {backend.stack!r} still has {left} resources: destroy them first, or pass --force")
        keep_backup(backend, text)
        base, history = f"stacks/{backend.project}/{backend.stack}", f"history/{backend.project}/{backend.stack}"
        for key in (f"{base}.json", f"{base}.json.bak", f"{base}.pulumi-tags"):
            backend.store.delete(key)
        for name in backend.store.names(history):
            backend.store.delete(f"{history}/{name}")
    if not keep_config:
        load_stack_file(project, backend.stack).path.unlink(missing_ok=True)
    if _choice(project).exists() and selected(project) == backend.stack:
        _choice(project).unlink()


def tags(backend: Backend) -> dict[str, str]:
    """The stack's tags."""
    text = backend.store.read(_tags_key(backend))
    if text is None:
        return {}
    document = json.loads(text)
    if document.get("version") != _TAGS_VERSION:
        raise BackendError(f"{backend.store.place(_tags_key(backend))}: tags of another version than {_TAGS_VERSION}")
    return dict(document.get("tags") or {})


def set_tags(backend: Backend, changed: Mapping[str, str]) -> None:
    """Replace the stack's tags."""
    if not changed:
        backend.store.delete(_tags_key(backend))
        return
    text = json.dumps({"version": _TAGS_VERSION, "tags": dict(sorted(changed.items()))}, indent=4) + "\n"
    backend.store.write(_tags_key(backend), text)


def change_passphrase(project: Project, backend: Backend, old: str | None, new: str, *, clock: Clock = SYSTEM) -> None:
    """Encrypt configuration and state anew. What the history holds stays under the passphrase of its time.

    The stack's file comes first, in one write, then the state. Interrupted between them, it goes on when it is run again with
    the same passphrases.
    """
    file = load_stack_file(project, backend.stack)
    with backend.locked():
        state = backend.secrets_state()
        former = opened_cipher(old, state or file.salt, writes=False)
        checkpoint, text = backend.decode(Codec(former)), backend.read()
        cipher = _begun(new, file.salt) if state not in {"", file.salt} else None
        if cipher is None:
            cipher = Cipher.create(new)
            config = {key: _reencrypted(value, former, cipher) for key, value in file.config.items()}
            stack_file.seal(file.path, {key: config[key] for key in config if config[key] != file.config[key]}, cipher.state)
        if text is not None:
            keep_backup(backend, text)
            _write(backend, checkpoint, Codec(cipher), cipher, clock)


def _begun(passphrase: str, salt: str) -> Cipher | None:
    """The cipher under which an interrupted change has put the stack's file; None if there was none."""
    try:
        return Cipher.open(passphrase, salt) if salt else None
    except SecretsError:
        return None


def _reencrypted(value: Any, former: Cipher | None, cipher: Cipher) -> Any:
    """`value` with its secure parts under another cipher."""
    if isinstance(value, dict):
        if set(value) == {"secure"} and former is not None:
            return {"secure": cipher.encrypt(former.decrypt(str(value["secure"])))}
        return {key: _reencrypted(item, former, cipher) for key, item in value.items()}
    return [_reencrypted(item, former, cipher) for item in value] if isinstance(value, list) else value


def _write(backend: Backend, checkpoint: Checkpoint, codec: Codec, cipher: Cipher, clock: Clock) -> None:
    backend.write(
        encode_checkpoint(
            backend.full_name,
            checkpoint.resources,
            checkpoint.pending,
            codec,
            time=rfc3339(clock()),
            secrets_state=cipher.state,
            metadata=checkpoint.metadata,
        )
    )


def _tags_key(backend: Backend) -> str:
    return f"stacks/{backend.project}/{backend.stack}.pulumi-tags"


def _choice(project: Project) -> Path:
    return project.folder / ".lakestead" / "stack"
