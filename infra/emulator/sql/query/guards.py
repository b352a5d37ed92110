"""What stands between a reader and a table's rows: its own row filter and masks, and the attribute-based policies over it.

Policies hold for the user who asks, through views too
(https://docs.databricks.com/en/data-governance/unity-catalog/abac/policy-evaluation); what cannot be guarded is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from infra.emulator.sql import lookup
from infra.emulator.sql.errors import SqlError
from infra.emulator.sql.names import FullName
from infra.emulator.sql.query import routines
from infra.emulator.sql.query.frame import Frame
from infra.emulator.unity import policies
from infra.emulator.unity.policies import Applicable
from infra.emulator.unity.relations import Relation

if TYPE_CHECKING:
    from infra.emulator.sql.query.resolve import Resolver
    from infra.emulator.sql.session import Session

Argument = exp.Expr


@dataclass(frozen=True, slots=True)
class Call:
    """A function of the workspace and its arguments: columns, or literals."""

    function: str
    arguments: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class Guards:
    """Masks by the column's name in lower case, and the conditions that all must hold for a row."""

    masks: dict[str, list[Call]] = field(default_factory=dict)
    filters: list[Call] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.masks or self.filters)


def of(session: Session, relation: Relation) -> Guards:
    """Everything that guards a table against the session's caller."""
    guards = Guards()
    for column in relation["columns"]:
        if "mask" in column:
            given = (_column(column["name"]), *(_column(name) for name in column["mask"]["using_column_names"]))
            guards.masks.setdefault(column["name"].lower(), []).append(Call(column["mask"]["function_name"], given))
    chosen = relation.get("row_filter")
    if chosen is not None:
        guards.filters.append(Call(chosen["function_name"], tuple(_column(name) for name in chosen["input_column_names"])))
    for each in policies.applicable(session.workspace, session.caller, str(lookup.name_of(relation))):
        _add(guards, each)
    return guards


def stamp(session: Session, name: FullName) -> list[tuple[Any, ...]]:
    """What policies a table's readers have to obey, in a form that changes with them."""
    found = policies.applicable(session.workspace, session.caller, str(name))
    return [(each.policy["name"], each.policy.get("updated_at"), sorted(each.columns.items())) for each in found]


def refuse(session: Session, relation: Relation, what: str) -> None:
    """Raise SqlError for what cannot be done to a guarded table: `TIME_TRAVEL`, `CLONE`."""
    guards = of(session, relation)
    if guards:
        kind = "COLUMN_MASKS" if guards.masks else "ROW_FILTERS"
        policy = "column mask" if guards.masks else "row filter"
        words = "Time travel" if what == "TIME_TRAVEL" else "A clone"
        raise SqlError(
            f"{kind}_FEATURE_NOT_SUPPORTED.{what}",
            f"{words} of {lookup.name_of(relation).quoted}, a table with {policy} policies for this user.",
            "0A000",
        )


def guarded(resolver: Resolver, relation: Relation, table: exp.Table, guards: Guards, frame: Frame) -> exp.Query:
    """A query of the table that lets its guards stand between."""
    columns = [_guarded_column(resolver, relation, column["name"], guards, frame) for column in relation["columns"]]
    query = exp.Select(expressions=columns).from_(table)
    for call in guards.filters:
        query = query.where(_expanded(resolver, call, frame))
    return query


def _guarded_column(resolver: Resolver, relation: Relation, name: str, guards: Guards, frame: Frame) -> exp.Expr:
    calls = guards.masks.get(name.lower(), [])
    if not calls:
        return _column(name)
    if len({(call.function, tuple(argument.sql() for argument in call.arguments)) for call in calls}) > 1:
        masks = ", ".join(sorted({call.function for call in calls}))
        raise SqlError(
            "COLUMN_MASKS_FEATURE_NOT_SUPPORTED.MULTIPLE_MASKS",
            f"Table {lookup.name_of(relation).quoted} has access control policies resulting in multiple column masks {masks}"
            f" applying to the same column(s) `{name}`. Please contact the table owner or policy definer to resolve the issue"
            " by updating policies such that at most one mask applies to this column and then retry the query again.",
            "0A000",
        )
    column = next(each for each in relation["columns"] if each["name"] == name)
    masked = routines.cast_as(_expanded(resolver, calls[0], frame), column["type_text"])
    return exp.alias_(masked, name, quoted=True)


def _expanded(resolver: Resolver, call: Call, frame: Frame) -> exp.Expr:
    document = routines.get(resolver.session, call.function)
    return routines.expand(resolver, document, [argument.copy() for argument in call.arguments], frame)


def _add(guards: Guards, applicable: Applicable) -> None:
    """A policy's mask on each column that it matches, or its condition for each combination of columns."""
    policy = applicable.policy
    options = policy.get("column_mask") or policy["row_filter"]
    for columns in _combinations(applicable):
        given = tuple(_argument(argument, columns) for argument in options.get("using") or ())
        if policy.get("column_mask"):
            masked = columns[options["on_column"]]
            guards.masks.setdefault(masked.lower(), []).append(Call(options["function_name"], (_column(masked), *given)))
        else:
            guards.filters.append(Call(options["function_name"], given))


def _combinations(applicable: Applicable) -> Iterator[dict[str, str]]:
    aliases = list(applicable.columns)
    for names in product(*applicable.columns.values()):
        yield dict(zip(aliases, names, strict=True))


def _argument(argument: dict[str, Any], columns: dict[str, str]) -> Argument:
    if argument.get("alias"):
        return _column(columns[argument["alias"]])
    return exp.maybe_parse(str(argument.get("constant", "null")), dialect="databricks")


def _column(name: str) -> exp.Column:
    return exp.column(exp.to_identifier(name, quoted=True))
