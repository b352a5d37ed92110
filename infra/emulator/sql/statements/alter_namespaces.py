"""ALTER SCHEMA and ALTER CATALOG. The operations are those of the REST API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.emulator.sql import lookup, result
from infra.emulator.sql.errors import Unsupported
from infra.emulator.sql.names import complete_schema
from infra.emulator.sql.tokens import Tokens
from infra.emulator.unity import catalogs, privileges, registry, schemas, tag_policies
from infra.emulator.unity.securables import CATALOG, SCHEMA

if TYPE_CHECKING:
    from infra.emulator.sql.session import Session


def alter(session: Session, tokens: Tokens, kind: str) -> result.Result:
    """What comes after `ALTER SCHEMA` or `ALTER CATALOG`."""
    securable = CATALOG if kind == "CATALOG" else SCHEMA
    if securable == CATALOG:
        name = tokens.identifier().lower()
        lookup.need_catalog(session.workspace, name)
    else:
        catalog, schema = complete_schema(tokens.name(), session.catalog)
        lookup.need_schema(session.workspace, catalog, schema)
        name = f"{catalog}.{schema}"
    if tokens.at("SET", "TAGS") or tokens.at("UNSET", "TAGS"):
        _tags(session, tokens, securable, name)
    else:
        body = _body(session, tokens, securable, name)
        update = catalogs.update if securable == CATALOG else schemas.update
        update(session.workspace, session.caller, name, body)
    tokens.end()
    return result.empty()


def _body(session: Session, tokens: Tokens, securable: str, name: str) -> dict[str, Any]:
    if tokens.take("SET", "OWNER", "TO") or tokens.take("OWNER", "TO"):
        return {"owner": tokens.string() if tokens.at_string() else tokens.identifier()}
    if tokens.take("SET", "DBPROPERTIES"):
        kept = registry.fetch(session.workspace, securable, name).get("properties") or {}
        return {"properties": kept | tokens.pairs()}
    if tokens.at_one("ENABLE", "DISABLE", "INHERIT"):
        chosen = tokens.next().text.upper()
        tokens.expect("PREDICTIVE", "OPTIMIZATION")
        return {"enable_predictive_optimization": chosen}
    raise Unsupported(f"ALTER {securable.upper()} … {tokens.text(tokens.index)[:60]}")


def _tags(session: Session, tokens: Tokens, securable: str, name: str) -> None:
    unset = tokens.take("UNSET", "TAGS")
    if not unset:
        tokens.expect("SET", "TAGS")
    with session.workspace.store.transaction():
        document = registry.fetch(session.workspace, securable, name)
        privileges.require_manage(session.workspace, session.caller, securable, name)
        kept = document.get("tags", {})
        if unset:
            gone = tokens.listed(tokens.string)
            document["tags"] = {key: value for key, value in kept.items() if key not in gone}
        else:
            tags = tokens.pairs()
            tag_policies.check(session.workspace, tags)
            document["tags"] = kept | tags
        session.workspace.store.put(securable, name, document, parent=name.rpartition(".")[0])
