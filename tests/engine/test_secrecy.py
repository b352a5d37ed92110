"""No secret stands anywhere in clear: state, journal, history, backups, locks, events, previews, outputs, errors."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from infra.engine.request import Result
from infra.engine.secrets import Cipher
from tests.engine.bench import SALT, Bench

#: One of each way by which a secret gets in.
SECRETS = ("s3cr-config", "s3cr-input", "s3cr-nested", "s3cr-export", "s3cr-old")

PROGRAM = """
config = pulumi.Config()
hush = pulumi.Output.secret
a = Thing("a", token=config.require_secret("token"))
b = Thing("b", token=hush("s3cr-input"), size={size})
c = Thing("c", deep={{"list": [hush({{"key": "s3cr-nested"}})]}}, up=b.serial)
d = Thing("d", label="plain", opts=ResourceOptions(additional_secret_outputs=["label"]))
e = Thing("e", token=hush("s3cr-old" if {size} == 1 else "s3cr-input"))
f = Thing("f", token=hush("s3cr-input"), up=c.serial, {more})
pulumi.export("secret", hush("s3cr-export"))
pulumi.export("joined", pulumi.Output.concat("x", a.token if hasattr(a, "token") else hush("s3cr-export")))
"""


@pytest.fixture
def secretive(bench: Bench) -> Bench:
    """A stack whose configuration has a secret."""
    secure = Cipher.open("x", SALT).encrypt("s3cr-config")
    (bench.folder / "Pulumi.dev.yaml").write_text(f"encryptionsalt: {SALT}\nconfig:\n  bench:token:\n    secure: {secure}\n")
    return bench


def assert_secret(bench: Bench, result: Result) -> None:
    """Nothing that was written or told holds a secret."""
    told: list[tuple[str, bytes]] = [("events", pickle.dumps(bench.events)), ("result", pickle.dumps(result))]
    state = bench.folder / "state"
    told += [(str(path.relative_to(state)), path.read_bytes()) for path in state.rglob("*") if path.is_file()]
    for place, data in told:
        for secret in SECRETS:
            assert secret.encode() not in data, f"{secret} in {place}"


@pytest.mark.parametrize("more", ["size=1", "fail='create'", "fail='partial'", "fail='die'", "size='big'"])
def test_no_secret_is_written_or_told(secretive: Bench, more: str) -> None:
    """Whether the update succeeds, fails, leaves something half made, is killed, or is refused."""
    arguments: dict[str, Any] = {"size": 1, "more": more}
    assert_secret(secretive, secretive.preview(PROGRAM.format(**arguments)))
    assert_secret(secretive, secretive.up())
    assert secretive.backend.has_journal() == ("die" in more)
    assert_secret(secretive, secretive.up(PROGRAM.format(size=2, more="fail='update'")))
    assert_secret(secretive, secretive.up(PROGRAM.format(size=2, more="name='f2'")))
    assert_secret(secretive, secretive.destroy())


def test_what_a_careless_provider_repeats_is_hidden(secretive: Bench) -> None:
    """In the error, in what is told, and in the reasons that the state keeps."""
    failed = secretive.up(PROGRAM.format(size=1, more="fail='create'"))
    assert "f cannot be created with [secret]" in str(failed.error)
    secretive.up(PROGRAM.format(size=1, more="fail='partial'"))
    assert secretive.state()["f"].init_errors == ("half done with [secret]",)


def test_an_output_that_the_program_calls_secret_is_encrypted(secretive: Bench) -> None:
    """Though the input that it comes from is not."""
    secretive.up(PROGRAM.format(size=1, more="size=1"))
    (record,) = [item for item in secretive.raw_state()["checkpoint"]["latest"]["resources"] if item["urn"].endswith("::d")]
    assert (record["inputs"]["label"], "ciphertext" in record["outputs"]["label"]) == ("plain", True)
