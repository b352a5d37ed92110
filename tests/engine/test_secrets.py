"""Secrets in Pulumi's format."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from infra.engine.errors import SecretsError
from infra.engine.secrets import Cipher

GOLDEN = yaml.safe_load((Path(__file__).parents[1] / "golden" / "Pulumi.dev.yaml").read_text())
CIPHER = Cipher.open("x", GOLDEN["encryptionsalt"])


def test_a_secret_of_the_cli_is_decrypted() -> None:
    """With its salt and its passphrase."""
    assert CIPHER.decrypt(GOLDEN["config"]["t2:token"]["secure"]) == "s3cr3t"


@given(st.text())
def test_a_text_comes_back(text: str) -> None:
    """Whatever it holds."""
    assert text == CIPHER.decrypt(CIPHER.encrypt(text))


def test_a_cipher_is_found_again_by_its_state() -> None:
    """The same passphrase and state make the same key."""
    cipher = Cipher.create("open sesame")

    assert Cipher.open("open sesame", cipher.state).decrypt(cipher.encrypt("gold")) == "gold"


def test_a_wrong_passphrase_is_refused() -> None:
    """Before anything is decrypted, with the way out."""
    with pytest.raises(SecretsError, match=r"incorrect passphrase.*PULUMI_CONFIG_PASSPHRASE"):
        Cipher.open("y", GOLDEN["encryptionsalt"])


@pytest.mark.parametrize("state", ["", "v2:a:b", "v1:???:v1:a:b", "v1:i8qBwzmuu4A=:rubbish"])
def test_a_damaged_state_is_refused(state: str) -> None:
    """What is no state of a passphrase provider is no key."""
    with pytest.raises(SecretsError):
        Cipher.open("x", state)
