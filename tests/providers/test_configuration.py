"""A provider's own inputs: explicit credentials, or a clear refusal."""

from __future__ import annotations

from typing import Any

import pytest

from infra.engine.values import UNKNOWN, Secret
from infra.providers.databricks import plugin
from infra.providers.databricks.credentials import credentials

HOST = "https://example.cloud.databricks.com"


def reasons(inputs: dict[str, Any]) -> dict[str, str]:
    return {failure.property: failure.reason for failure in plugin.check_config(None, inputs).failures}


@pytest.mark.parametrize(
    "inputs",
    [
        {"host": HOST, "token": Secret("t"), "version": "1.106.0", "__internal": {}},
        {
            "host": "http://127.0.0.1:8080",
            "clientId": "c",
            "clientSecret": Secret("s"),
            "httpTimeoutSeconds": "30",
            "rateLimit": "15",
        },
        {"host": UNKNOWN, "token": UNKNOWN},
        {"host": "https://accounts.cloud.databricks.com", "accountId": "a-1", "clientId": "c", "clientSecret": Secret("s")},
        {"host": HOST, "token": "t", "clientId": "c", "clientSecret": "s", "authType": "oauth-m2m"},
    ],
)
def test_explicit_credentials_are_accepted_as_they_are(inputs: dict[str, Any]) -> None:
    """Nothing is added."""
    result = plugin.check_config(None, inputs)
    assert (inputs, ()) == (result.inputs, result.failures)


@pytest.mark.parametrize(
    ("inputs", "where", "why"),
    [
        ({"version": "1.106.0"}, "host", "no workspace is named, and the shell's settings are not consulted"),
        ({"host": "example.com", "token": "t"}, "host", "'example.com' is no address: write https://<workspace>"),
        ({"host": HOST + "/?o=1", "token": "t"}, "host", "https://example.cloud.databricks.com is enough"),
        ({"host": HOST}, "token", "no credentials: give host with token, or host with clientId and clientSecret"),
        ({"host": HOST, "clientId": "c"}, "clientSecret", "clientId and clientSecret belong together"),
        ({"host": HOST, "token": "t", "clientId": "c", "clientSecret": "s"}, "authType", "say which, pat or oauth-m2m"),
        ({"host": HOST, "token": "t", "authType": "azure-cli"}, "authType", "'azure-cli' is not supported"),
        ({"host": HOST, "token": "t", "profile": "prod"}, "profile", "takes no 'profile'"),
        ({"host": HOST, "token": "t", "rateLimit": "fast"}, "rateLimit", "'fast' is no number above 0"),
        ({"host": HOST, "token": "t", "httpTimeoutSeconds": 0}, "httpTimeoutSeconds", "0 is no number above 0"),
        ({"host": HOST, "token": "t", "hosst": "x"}, "hosst", "Did you mean 'host'?"),
    ],
)
def test_a_wrong_configuration_is_named_with_its_reason(inputs: dict[str, Any], where: str, why: str) -> None:
    """The input, what is wrong, and what would be right."""
    found = reasons(inputs)
    assert [where] == list(found)
    assert why in found[where]


def test_one_method_is_chosen() -> None:
    """The other's credentials are not handed on."""
    both = {"host": HOST + "/", "token": "t", "clientId": "c", "clientSecret": Secret("s")}
    by_client = credentials(both | {"authType": "oauth-m2m"})
    by_token = credentials(both | {"authType": "pat"})
    assert by_client is not None
    assert by_token is not None
    assert (by_client.host, by_client.token, by_client.client_id, by_client.client_secret) == (HOST, "", "c", "s")
    assert (by_token.secrets(), by_client.secrets()) == (("t",), ("s",))
    assert by_token.client_secret == ""


def test_a_changed_host_or_token_is_an_update_of_the_provider() -> None:
    """Never a replacement: the resources stay."""
    olds = {"host": HOST, "token": Secret("a"), "version": "1.105.0"}
    diff = plugin.diff_config(olds, {"host": HOST, "token": Secret("b"), "version": "1.106.0"})
    assert (diff.changes, diff.keys, diff.replaces) == (True, ("token",), ())
    assert not plugin.diff_config(olds, olds).changes


def test_configuring_makes_no_call_and_does_not_load_the_sdk() -> None:
    """A preview needs neither."""
    import subprocess
    import sys

    program = (
        "import sys; from infra.providers.databricks import plugin;"
        f"p = plugin.configure({{'host': {HOST!r}, 'token': 't'}}); p.close();"
        "print('databricks.sdk' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout == "False\n"
