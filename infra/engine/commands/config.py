"""`config set|get|rm|ls`: the entries of Pulumi.<stack>.yaml; what else the file holds stays as it is."""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import Any

from infra.engine import stack_file
from infra.engine.backend import opened_cipher
from infra.engine.commands.surroundings import Place, common, demanded_passphrase, passphrase, place, say, say_json, say_table
from infra.engine.errors import EngineError, SecretsError
from infra.engine.masking import MASK
from infra.engine.project import StackConfig, load_stack_file, resolved_config
from infra.engine.secrets import Cipher


def declare(verbs: Any) -> None:
    """Add the commands to a parser's verbs."""
    group = verbs.add_parser("config", help="the stack's configuration").add_subparsers(dest="action", required=True)
    write = group.add_parser("set", help="set a value")
    common(write, _set)
    write.add_argument("key", metavar="KEY")
    write.add_argument("value", nargs="?", metavar="VALUE", help="standard input if left out")
    write.add_argument("--secret", action="store_true", help="encrypt it")
    write.add_argument("--plaintext", action="store_true", help="do not")
    for verb, command in (("get", _get), ("rm", _remove)):
        parser = group.add_parser(verb)
        common(parser, command)
        parser.add_argument("key", metavar="KEY")
        parser.add_argument("--json", action="store_true")
    ls = group.add_parser("ls", help="all values")
    common(ls, _list)
    ls.add_argument("--json", action="store_true")
    ls.add_argument("--show-secrets", action="store_true")


def _set(options: argparse.Namespace) -> int:
    found, key = place(options), _qualified(options)
    value = options.value if options.value is not None else sys.stdin.read().rstrip("\n")
    file = load_stack_file(found.project, found.stack)
    entry: Any = value
    if options.secret:
        cipher = opened_cipher(demanded_passphrase(), found.backend.secrets_state() or file.salt, writes=True)
        if cipher is None:
            raise SecretsError("a secret needs a passphrase: set PULUMI_CONFIG_PASSPHRASE")
        if not file.salt:
            file.keep_salt(cipher.state)
        entry = {"secure": cipher.encrypt(value)}
    stack_file.set_entry(file.path, key, entry)
    return 0


def _get(options: argparse.Namespace) -> int:
    key, config = _qualified(options), _config(place(options), secrets=True)
    if key not in config.values:
        raise EngineError(f"configuration key '{options.key}' not found for stack '{place(options).stack}'")
    secret = key in config.secret_keys
    if options.json:
        say_json({"value": config.values[key], "secret": secret})
    else:
        say(config.values[key])
    return 0


def _remove(options: argparse.Namespace) -> int:
    found = place(options)
    stack_file.remove_entry(load_stack_file(found.project, found.stack).path, _qualified(options))
    return 0


def _list(options: argparse.Namespace) -> int:
    found = place(options)
    config, own = _config(found, secrets=options.show_secrets), f"{found.project.name}:"
    hidden = frozenset() if options.show_secrets else config.secret_keys
    if options.json:
        say_json(
            {
                key: ({} if key in hidden else {"value": value}) | {"secret": key in config.secret_keys}
                for key, value in config.values.items()
            }
        )
    else:
        rows = [(key.removeprefix(own), MASK if key in hidden else value) for key, value in config.values.items()]
        say_table(("KEY", "VALUE"), rows)
    return 0


def _config(found: Place, *, secrets: bool) -> StackConfig:
    file = load_stack_file(found.project, found.stack)
    phrase = passphrase(os.environ)
    needed = "secure" in json.dumps(dict(file.config), default=str)
    if needed and (secrets or phrase is not None):
        cipher = opened_cipher(demanded_passphrase(), found.backend.secrets_state() or file.salt, writes=True)
        return resolved_config(found.project, file, {}, cipher)
    return resolved_config(found.project, file, {}, _Blind() if needed else None)


class _Blind(Cipher):
    """Stands in where secrets are only counted, not shown."""

    def __init__(self) -> None:
        self.state = ""

    def decrypt(self, ciphertext: str) -> str:
        return MASK


def _qualified(options: argparse.Namespace) -> str:
    key: str = options.key
    return key if ":" in key else f"{place(options).project.name}:{key}"
