"""SET, RESET and the session's time zone. Settings are kept and shown; few have an effect here, and an unknown one has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.emulator.sql import result
from infra.emulator.sql.errors import Unsupported
from infra.emulator.sql.tokens import Tokens

if TYPE_CHECKING:
    from infra.emulator.sql.session import Session


def set_value(session: Session, tokens: Tokens) -> result.Result:
    """`SET`, `SET key`, `SET key = value`."""
    tokens.expect("SET")
    if tokens.take("TIME", "ZONE"):
        return _time_zone(session, tokens.value())
    if tokens.at_one("VAR", "VARIABLE"):
        raise Unsupported("session variables")
    if tokens.done or (tokens.take("-") and tokens.take("v")):
        return result.rows(["key", "value"], sorted(session.settings.items()))
    key = tokens.until("=").strip().strip("`").lower()
    if not tokens.take("="):
        return result.rows(["key", "value"], [(key, session.settings.get(key, "<undefined>"))])
    value = tokens.string() if tokens.at_string() else tokens.rest()
    check(key, value)
    session.settings[key] = value
    return result.rows(["key", "value"], [(key, value)])


def check(key: str, value: str) -> None:
    """Raise Unsupported for a setting that would change results, and cannot here."""
    if key == "timezone" or key.endswith("session.timezone"):
        if value.upper() not in ("UTC", "ETC/UTC", "GMT", "Z", "+00:00", "LOCAL"):
            raise Unsupported(f"the time zone {value}", "Statements run in UTC.")
    elif key in ("ansi_mode", "spark.sql.ansi.enabled") and value.lower() == "false":
        raise Unsupported(f"{key} = false", "Statements run in ANSI mode.")


def _time_zone(session: Session, zone: str) -> result.Result:
    check("timezone", zone)
    session.settings["timezone"] = zone
    return result.rows(["key", "value"], [("timezone", zone)])


def reset(session: Session, tokens: Tokens) -> result.Result:
    """`RESET`, `RESET key`."""
    tokens.expect("RESET")
    if tokens.done:
        session.settings.clear()
    else:
        session.settings.pop(tokens.rest().strip().strip("`").lower(), None)
    return result.empty()


STATEMENTS = {"SET": set_value, "RESET": reset}
