"""What a stack tells the outside."""

from __future__ import annotations

import pytest

from infra.engine.secrets import Cipher
from infra.engine.values import SECRET_SIGNATURE, SIGNATURE_KEY
from infra.operations.errors import NotDeployed
from infra.operations.outputs import output, outputs
from infra.operations.settings import Settings
from tests.operations.conftest import write_stack


def test_secrets_are_hidden_and_need_no_passphrase(settings: Settings) -> None:
    ciphertext = Cipher.create("x").encrypt('"hunter2"')
    secret = {SIGNATURE_KEY: SECRET_SIGNATURE, "ciphertext": ciphertext}
    write_stack(settings, "prod", {"release": "a1", "tokens": {"bi": secret}})

    assert outputs(settings, "prod", {}) == {"release": "a1", "tokens": {"bi": "[secret]"}}


def test_one_output_is_named_by_its_path() -> None:
    values = {"warehouses": {"etl": "7a0e"}}

    assert output(values, "warehouses.etl") == "7a0e"
    assert output(values, "warehouses") == {"etl": "7a0e"}


def test_an_output_that_is_missing_tells_what_there_is() -> None:
    with pytest.raises(NotDeployed, match=r"no output `warehouses\.bi`") as missing:
        output({"warehouses": {"etl": "7a0e"}}, "warehouses.bi")

    assert "etl" in missing.value.why


def test_what_is_not_deployed_has_none(settings: Settings) -> None:
    with pytest.raises(NotDeployed, match="prod is not deployed yet"):
        outputs(settings, "prod", {})
