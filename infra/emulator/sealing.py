"""Keeping secret values out of a byte search of the workspace's folder. Not a vault: the key lies beside the data.

A value is sealed with a key stream from HMAC-SHA256 over a fresh nonce, and authenticated by a second HMAC. The key is in
the file `secret.key` of the folder, mode 0600.
"""

from __future__ import annotations

import base64
import hmac
import os
from hashlib import sha256
from pathlib import Path

_NONCE, _TAG = 16, 32


def _key(folder: Path) -> bytes:
    path = folder / "secret.key"
    try:
        return path.read_bytes()
    except FileNotFoundError:
        key = os.urandom(32)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(key)
        return key


def _stream(key: bytes, nonce: bytes, length: int) -> bytes:
    blocks = (hmac.digest(key, nonce + number.to_bytes(4, "big"), sha256) for number in range(-(-length // 32)))
    return b"".join(blocks)[:length]


def seal(folder: Path, value: bytes) -> str:
    """The value as text that does not show it."""
    key, nonce = _key(folder), os.urandom(_NONCE)
    hidden = bytes(a ^ b for a, b in zip(value, _stream(key, nonce, len(value)), strict=True))
    return base64.b64encode(nonce + hidden + hmac.digest(key, b"tag" + nonce + hidden, sha256)).decode()


def unseal(folder: Path, text: str) -> bytes:
    """The value that `seal` took. Raises ValueError if the folder's key is another one."""
    key, raw = _key(folder), base64.b64decode(text)
    nonce, hidden, tag = raw[:_NONCE], raw[_NONCE:-_TAG], raw[-_TAG:]
    if not hmac.compare_digest(tag, hmac.digest(key, b"tag" + nonce + hidden, sha256)):
        raise ValueError("secret.key does not belong to this workspace's metadata")
    return bytes(a ^ b for a, b in zip(hidden, _stream(key, nonce, len(hidden)), strict=True))
