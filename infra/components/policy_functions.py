"""The functions that masks and row filters call, in SQL. Pure.

A policy names a function that has to be there; the platform has none ready. What each template does is tabled in
docs/reference/governance.md. The functions know nobody: whom a policy lets through, the policy says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from infra.models.governance import Mask, RowFilter

#: Template -> what is left of a text when it is masked in part; `value` is the text.
_TEXT: Final[Mapping[str, str]] = {
    # The first letter, and of an address where its mail goes: enough to tell people apart, not to know them.
    "pii": "case when value like '%@%' then concat(left(value, 1), '***@', substring_index(value, '@', -1)) "
    "else concat(left(value, 1), '***') end",
    # A pseudonym: the same for the same value, so that joins and counts keep working.
    "phi": "sha2(value, 256)",
    # The last four digits, as receipts print them (PCI DSS 3.4.1 allows no more than first six and last four).
    "pci": "concat('**** ', right(regexp_replace(value, '[^0-9]', ''), 4))",
}
_HIDDEN: Final = "'***'"

#: Template -> parameters and condition of the rows that are shown.
_ROWS: Final[Mapping[str, tuple[str, str]]] = {
    "pii": ("consent BOOLEAN", "coalesce(consent, false)"),
    "phi": ("care_team STRING", "coalesce(is_account_group_member(care_team), false)"),
    "pci": ("card STRING", "card is null"),
}


@dataclass(frozen=True, slots=True)
class PolicyFunction:
    """A function: its name in its schema, its parameters, what it returns, and how that is found."""

    name: str
    parameters: str
    returns: str
    body: str

    def definition(self, full_name: str) -> str:
        """The statement that makes it, or makes it anew."""
        return (
            f"CREATE OR REPLACE FUNCTION {full_name}({self.parameters}) RETURNS {self.returns} "
            f"COMMENT 'Made by Lakestead' RETURN {self.body}"
        )


def mask_function(mask: Mask, masking: str) -> PolicyFunction:
    """The function of a mask; `masking` is `partial` or `full`."""
    kind = mask.type.upper()
    return PolicyFunction(
        name=f"mask_{mask.template}_{masking}_{mask.type}",
        parameters=f"value {kind}",
        returns=kind,
        body=f"case when value is null then null else {_shown(mask, masking)} end",
    )


def _shown(mask: Mask, masking: str) -> str:
    if mask.type == "string":
        return _TEXT[mask.template] if masking == "partial" else _HIDDEN
    if masking == "partial" and mask.template != "pci":
        return f"cast(date_trunc('year', value) as {mask.type})"
    return f"cast(null as {mask.type})"


def filter_function(row_filter: RowFilter) -> PolicyFunction:
    """The function of a row filter."""
    parameters, condition = _ROWS[row_filter.template]
    return PolicyFunction(f"filter_{row_filter.template}", parameters, "BOOLEAN", condition)
