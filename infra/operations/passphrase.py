"""The passphrase that a stack's secrets are encrypted with.

An environment on the workspace of this machine gets one at random, once, in `.lakestead/passphrases/<environment>`; the
Pulumi CLI can use the same file by `PULUMI_CONFIG_PASSPHRASE_FILE`. Every other environment takes its passphrase from the
process environment, under the names that the Pulumi CLI knows.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from infra.operations.errors import PassphraseError

VARIABLE = "PULUMI_CONFIG_PASSPHRASE"
FILE_VARIABLE = "PULUMI_CONFIG_PASSPHRASE_FILE"


def local_passphrase(folder: Path, environment: str) -> str:
    """Read the passphrase of `environment` below `folder`; make it first, with mode 0600, if it is not there."""
    file = folder / environment
    if not file.exists():
        _create(file, secrets.token_urlsafe(32))
    mode = file.stat().st_mode & 0o777
    if mode & 0o077:
        raise PassphraseError(
            f"{file} can be read by others (mode {mode:04o})",
            why="Whoever reads it can read the secrets in the state.",
            remedy=f"chmod 600 {file}",
        )
    return _content(file)


def passphrase_of_process(environment: str, variables: Mapping[str, str]) -> str:
    """The passphrase for `environment` from `variables`, the value itself or the file that is named there."""
    if VARIABLE in variables:
        return variables[VARIABLE]
    if variables.get(FILE_VARIABLE):
        file = Path(variables[FILE_VARIABLE])
        if not file.is_file():
            raise PassphraseError(f"{FILE_VARIABLE} names {file}, which is not a file")
        return _content(file)
    raise PassphraseError(
        f"the passphrase of {environment} is not set",
        why="The secrets in the state of this environment are encrypted with it.",
        remedy=f"Set {FILE_VARIABLE} to a file that holds it, or {VARIABLE} to the passphrase itself.",
    )


def _content(file: Path) -> str:
    # The Pulumi CLI strips the file in the same way.
    content = file.read_text(encoding="utf-8").strip()
    if not content:
        raise PassphraseError(f"{file} is empty", why="It should hold the passphrase of the stack's secrets.")
    return content


def _create(file: Path, passphrase: str) -> None:
    """Write all of it or nothing; if two processes do it at once, the first one's passphrase stands."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.parent.chmod(0o700)
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
            handle.write(f"{passphrase}\n")
            handle.flush()
            os.fsync(handle.fileno())
        try:
            os.link(draft, file)
        except FileExistsError:
            return
    finally:
        draft.unlink()
