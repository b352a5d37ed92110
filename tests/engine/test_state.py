"""Checkpoints to records and back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.engine.errors import CorruptStateError, SecretsError
from infra.engine.ports import Timeouts
from infra.engine.resource import Resource
from infra.engine.schema import features, stored_features
from infra.engine.secrets import Cipher
from infra.engine.state import Codec, decode_checkpoint, encode_checkpoint
from infra.engine.values import SECRET_SIGNATURE, SIGNATURE_KEY, Secret

HISTORY = Path(__file__).parents[1] / "golden" / "history"
CIPHER = Cipher.create("x")
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1), inner, max_size=3),
    max_leaves=8,
)
properties = st.dictionaries(st.text(min_size=1), plain | plain.map(Secret), max_size=4)


def encoded(state: list[Resource], codec: Codec) -> str:
    return encode_checkpoint("organization/p/s", state, [], codec, time="now", secrets_state=CIPHER.state, metadata={})


@pytest.mark.parametrize("path", sorted(HISTORY.glob("*.checkpoint.json")), ids=lambda path: path.name[4:12])
def test_a_checkpoint_of_the_cli_is_written_as_it_was_read(path: Path) -> None:
    """Every field in its place, every ciphertext as it was."""
    text = path.read_text()
    latest = json.loads(text)["checkpoint"]["latest"]
    state = latest["secrets_providers"]["state"]["salt"]
    codec = Codec(Cipher.open("x", state))
    checkpoint = decode_checkpoint(text, codec, source=path.name)

    again = encode_checkpoint(
        "organization/t2/dev",
        checkpoint.resources,
        checkpoint.pending,
        codec,
        time=latest["manifest"]["time"],
        secrets_state=checkpoint.secrets_state,
        metadata=checkpoint.metadata,
    )

    assert json.dumps(json.loads(text)) == json.dumps(json.loads(again))


@given(inputs=properties, outputs=properties)
def test_a_resource_comes_back(inputs: dict[str, Any], outputs: dict[str, Any]) -> None:
    """With secrets at any place of its properties."""
    resource = Resource(urn="u", type="t", custom=True, inputs=inputs, outputs=outputs, timeouts=Timeouts(create=90.0))
    text = encoded([resource], Codec(CIPHER))

    again = decode_checkpoint(text, Codec(CIPHER), source="test").resources[0]

    assert (inputs, outputs, 90.0) == (again.inputs, again.outputs, again.timeouts.create)


def test_no_secret_stands_in_a_checkpoint() -> None:
    """Neither alone nor inside of something."""
    resource = Resource(urn="u", type="t", custom=True, inputs={"a": Secret("hush"), "b": [{"c": Secret({"d": "hush"})}]})

    assert "hush" not in encoded([resource], Codec(CIPHER))


def test_an_unchanged_secret_keeps_its_ciphertext() -> None:
    """In another record of the same resource; a changed one, and one elsewhere, get their own."""
    codec = Codec(CIPHER)
    before = Resource(urn="u", type="t", custom=True, inputs={"a": Secret("hush"), "b": Secret("hush"), "c": Secret("hush")})
    after = Resource(urn="u", type="t", custom=True, inputs={"a": Secret("hush"), "b": Secret("loud"), "d": Secret("hush")})

    first, second = (json.loads(codec.encode(item))["inputs"] for item in (before, after))

    assert first["a"] == second["a"]
    assert len({item["ciphertext"] for item in (*first.values(), *second.values())}) == 5


def test_a_secret_within_a_secret_is_read_as_one() -> None:
    """As the CLI writes what a provider marked twice: the inner one is plain text under the outer one's cipher."""
    inner = {SIGNATURE_KEY: SECRET_SIGNATURE, "ciphertext": json.dumps("hush")}
    outer = {SIGNATURE_KEY: SECRET_SIGNATURE, "ciphertext": CIPHER.encrypt(json.dumps({"deep": inner}))}
    raw = {"urn": "urn:pulumi:s::p::a:b:C::n", "type": "a:b:C", "custom": True, "inputs": {"key": outer}}

    assert Codec(CIPHER).decode(raw).inputs == {"key": Secret({"deep": "hush"})}


def test_what_this_engine_does_not_know_is_kept() -> None:
    """Fields of later versions of Pulumi survive an update by this engine."""
    text = '{"urn":"u","custom":true,"type":"t","taint":true,"hideDiff":["a"]}'
    codec = Codec(None)

    assert json.loads(text) == json.loads(codec.encode(codec.decode(json.loads(text))))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 3}', '{"checkpoint": {}}'])
def test_a_damaged_checkpoint_is_refused(text: str) -> None:
    """The error names the file and its backup."""
    with pytest.raises(CorruptStateError, match=r"dev\.json\.bak"):
        decode_checkpoint(text, Codec(None), source="dev.json")


def test_a_checkpoint_of_another_version_is_refused() -> None:
    """By its number."""
    with pytest.raises(CorruptStateError, match="version 5"):
        decode_checkpoint('{"version": 5, "checkpoint": {}}', Codec(None), source="dev.json")


def test_a_checkpoint_with_a_feature_that_is_not_known_is_refused() -> None:
    """By its name; what would be lost is not touched."""
    text = '{"version": 4, "features": ["hooks", "views"], "checkpoint": {}}'

    with pytest.raises(CorruptStateError, match="does not have: views"):
        decode_checkpoint(text, Codec(None), source="dev.json")


@pytest.mark.parametrize(
    ("fields", "opening"),
    [
        ({}, '{"version":3,"checkpoint":'),
        ({"replaceWith": ["u"]}, '{"version":4,"features":["replaceWith"],"checkpoint":'),
        ({"taint": True, "resourceHooks": {"BeforeDelete": ["h"]}}, '{"version":4,"features":["hooks","taint"],"checkpoint":'),
        ({"refreshBeforeUpdate": True}, '{"version":4,"features":["refreshBeforeUpdate"],"checkpoint":'),
    ],
)
def test_what_older_engines_would_lose_makes_a_version_of_its_own(fields: dict[str, Any], opening: str) -> None:
    """As the CLI writes it, so that it reads what is written here; and the way back."""
    codec = Codec(None)
    record = codec.decode({"urn": "u", "custom": False, "type": "t", **fields})
    text = encode_checkpoint("organization/shop/dev", [record], [], codec, time="", secrets_state="", metadata={})

    assert text.startswith(opening)
    assert stored_features([{**fields}]) == features([record])
    assert len(decode_checkpoint(text, Codec(None), source="dev.json").resources) == 1


def test_another_secrets_provider_is_refused() -> None:
    """By its name."""
    text = '{"version": 3, "checkpoint": {"latest": {"secrets_providers": {"type": "cloud"}}}}'

    with pytest.raises(SecretsError, match="'cloud'"):
        decode_checkpoint(text, Codec(None), source="dev.json")


def test_without_a_passphrase_secrets_are_blank_and_cannot_be_written() -> None:
    """Who only looks needs no key; a blank never replaces a secret."""
    codec = Codec(None)
    text = encoded([Resource(urn="u", type="t", custom=True, inputs={"a": Secret("hush")})], Codec(CIPHER))
    resource = decode_checkpoint(text, codec, source="test").resources[0]

    assert resource.inputs == {"a": Secret(None)}
    with pytest.raises(SecretsError, match="PULUMI_CONFIG_PASSPHRASE"):
        codec.encode(resource)
