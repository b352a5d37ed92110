"""Writes this folder's JSON: what the tests need of the official provider's schema and of a recording of its calls.

`python tests/providers/data/trim.py FOLDER`, where FOLDER holds `databricks-provider-schema.json` and `provider-wire/`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from infra.engine.values import SECRET_SIGNATURE, SIGNATURE_KEY

HERE = Path(__file__).parent
#: Of the recorded stack.
PASSPHRASE = "x"


def main(source: Path) -> None:
    """Write `schema.json` and `wire.json`."""
    _write("schema.json", _schema(json.loads((source / "databricks-provider-schema.json").read_text())))
    _write("wire.json", _wire(source / "provider-wire"))


def _schema(full: dict[str, Any]) -> dict[str, Any]:
    resources = full["resources"]
    types: dict[str, Any] = {}
    waiting = _references(resources)
    while waiting:
        reference = waiting.pop()
        if reference not in types:
            types[reference] = full["types"][reference]
            waiting |= _references(types[reference])
    return {"source": full["source"], "resources": resources, "types": types}


def _references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["ref"]} if isinstance(value.get("ref"), str) else set()
        return own.union(*(_references(item) for item in value.values()))
    return set().union(*(_references(item) for item in value)) if isinstance(value, list) else set()


def _wire(folder: Path) -> dict[str, Any]:
    created, updated = (_export(folder / f"after-{phase}.export.json") for phase in ("create", "update"))
    steps = {step["urn"].rsplit("::", 1)[1]: step for step in _load(folder / "update.preview.json")["steps"]}
    resources = {}
    for name, resource in created.items():
        step = steps.get(name, {})
        resources[name] = {
            "type": resource["type"],
            "id": resource["id"],
            "created": {"inputs": resource["inputs"], "outputs": resource["outputs"]},
            "updated": {"inputs": updated[name]["inputs"], "outputs": updated[name]["outputs"]},
            "refreshed": {part: step["oldState"][part] for part in ("inputs", "outputs")} if "oldState" in step else {},
            "detailedDiff": step.get("detailedDiff") or {},
            "replaceReasons": step.get("replaceReasons") or [],
        }
    calls = [json.loads(line) for line in (folder / "calls.jsonl").read_text().splitlines()]
    return {"resources": resources, "calls": calls}


def _load(path: Path) -> Any:
    return json.loads(path.read_text())


def _export(path: Path) -> dict[str, Any]:
    deployment = _load(path)["deployment"]
    cipher = _cipher(deployment["secrets_providers"]["state"]["salt"])
    found = {}
    for resource in deployment["resources"]:
        if resource["type"].startswith("databricks:"):
            found[resource["urn"].rsplit("::", 1)[1]] = _opened(resource, cipher)
    return found


def _cipher(state: str) -> AESGCM:
    salt = base64.b64decode(state.split(":")[1])
    return AESGCM(hashlib.pbkdf2_hmac("sha256", PASSPHRASE.encode(), salt, 1_000_000, 32))


def _opened(value: Any, cipher: AESGCM) -> Any:
    """A value with its ciphertexts as `{"$secret": value}`."""
    if isinstance(value, dict):
        if value.get(SIGNATURE_KEY) == SECRET_SIGNATURE:
            _, nonce, text = value["ciphertext"].split(":")
            return {"$secret": json.loads(cipher.decrypt(base64.b64decode(nonce), base64.b64decode(text), None))}
        return {key: _opened(item, cipher) for key, item in value.items()}
    return [_opened(item, cipher) for item in value] if isinstance(value, list) else value


def _write(name: str, value: Any) -> None:
    (HERE / name).write_text(json.dumps(value, separators=(",", ":"), sort_keys=True) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
