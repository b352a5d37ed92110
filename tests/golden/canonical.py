"""Pulumi's documents in a form in which what varies from run to run is gone: order among independents, times, ids of
provider resources, ciphertexts; and where in the program a resource stands, which the recording does not say."""

from __future__ import annotations

import re
from typing import Any

from infra.engine.secrets import Cipher
from infra.engine.values import SECRET_SIGNATURE, SIGNATURE_KEY

_VOLATILE = {"created", "modified", "time", "magic", "version", "duration", "diagnostics", "sourcePosition", "stackTrace"}
_PROVIDER = re.compile(r"^(urn:pulumi:[^:]+::[^:]+::[^:]*pulumi:providers:.*)::([0-9a-f-]{36})$")
_UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def preview(document: dict[str, Any]) -> dict[str, Any]:
    """A digest of `pulumi preview --json`."""
    result: dict[str, Any] = _plain(document)
    result["steps"] = sorted(result.get("steps", []), key=lambda step: (step["urn"], step["op"]))
    return result


def resources(listed: list[dict[str, Any]], cipher: Cipher) -> list[dict[str, Any]]:
    """The resources of a state, secrets in clear."""
    found = [_plain(_deciphered(resource, cipher)) for resource in listed]
    for resource in found:
        if resource["type"].startswith("pulumi:providers:"):
            resource["id"] = "(id)"
    return sorted(found, key=lambda resource: (resource["urn"], resource.get("delete", False)))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {
            key: _plain(item) for key, item in value.items() if key not in _VOLATILE or (key == "version" and "host" in value)
        }
        if "dependencies" in kept:
            kept["dependencies"] = sorted(kept["dependencies"])
        return kept
    if isinstance(value, list):
        return [_plain(item) for item in value]
    match = _PROVIDER.match(value) if isinstance(value, str) else None
    if match and match.group(2) != _UNKNOWN:
        return f"{match.group(1)}::(id)"
    return value


def _deciphered(value: Any, cipher: Cipher) -> Any:
    if isinstance(value, dict):
        if value.get(SIGNATURE_KEY) == SECRET_SIGNATURE:
            return {"(secret)": cipher.decrypt(value["ciphertext"])}
        return {key: _deciphered(item, cipher) for key, item in value.items()}
    return [_deciphered(item, cipher) for item in value] if isinstance(value, list) else value
