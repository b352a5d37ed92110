"""Secrets at rest, in the format of Pulumi's passphrase provider: AES-256-GCM under a key made from a passphrase.

A ciphertext is `v1:<nonce>:<ciphertext and tag>`, the manager's state `v1:<salt>:<ciphertext of "pulumi">`, parts in base64
(`pkg/secrets/passphrase` and `sdk/go/common/resource/config/crypt.go` of Pulumi). The key is PBKDF2-SHA256 of 1,000,000
rounds over 8 bytes of salt: about 0.2 s, so it is made once an operation, and off the main thread.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from infra.engine.errors import SecretsError

ROUNDS: Final = 1_000_000
SALT_BYTES: Final = 8
KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
_PROBE: Final = "pulumi"


class Cipher:
    """Encrypts and decrypts texts. `state` is what Pulumi stores beside them to find the key again."""

    def __init__(self, passphrase: str, salt: bytes) -> None:
        self._gcm = AESGCM(_key(passphrase, salt))
        self.state = f"v1:{_to_base64(salt)}:{self.encrypt(_PROBE)}"

    @classmethod
    def create(cls, passphrase: str) -> Cipher:
        """A cipher with a fresh salt."""
        return cls(passphrase, os.urandom(SALT_BYTES))

    @classmethod
    def open(cls, passphrase: str, state: str) -> Cipher:
        """The cipher whose state this is. Raises `SecretsError` for another passphrase or a state that is none."""
        version, _, rest = state.partition(":")
        salt, _, probe = rest.partition(":")
        if version != "v1" or not probe:
            raise SecretsError(
                "encryptionsalt: not in the form v1:<salt>:v1:<nonce>:<ciphertext>; restore it from version control"
            )
        cipher = cls(passphrase, _from_base64(salt))
        if cipher.decrypt(probe) != _PROBE:
            raise SecretsError(_WRONG)
        cipher.state = state
        return cipher

    def encrypt(self, text: str) -> str:
        """`text` as a ciphertext; a new one each time."""
        nonce = os.urandom(NONCE_BYTES)
        return f"v1:{_to_base64(nonce)}:{_to_base64(self._gcm.encrypt(nonce, text.encode(), None))}"

    def decrypt(self, ciphertext: str) -> str:
        """The text of a ciphertext. Raises `SecretsError` if the key is not the one it was made with."""
        parts = ciphertext.split(":")
        if len(parts) != 3 or parts[0] != "v1":
            raise SecretsError(
                "a ciphertext is not in the form v1:<nonce>:<ciphertext>; it was not made by the passphrase provider"
            )
        try:
            return self._gcm.decrypt(_from_base64(parts[1]), _from_base64(parts[2]), None).decode()
        except InvalidTag:
            raise SecretsError(_WRONG) from None


@lru_cache(maxsize=4)
def _key(passphrase: str, salt: bytes) -> bytes:
    """Kept, because a preview and the update after it need the same."""
    return hashlib.pbkdf2_hmac("sha256", passphrase.encode(), salt, ROUNDS, KEY_BYTES)


_WRONG: Final = (
    "incorrect passphrase: it does not decrypt this stack's secrets; set PULUMI_CONFIG_PASSPHRASE or "
    "PULUMI_CONFIG_PASSPHRASE_FILE to the one that the stack was made with"
)


def _to_base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _from_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise SecretsError("a ciphertext or a salt is not base64; restore the file from version control or a backup") from None
