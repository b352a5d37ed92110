"""Resources read by list instead of one by one: a drift check of a thousand schemas of one catalog is a call or two.

Only types whose list answers carry every field that is compared say where their list is (`Resource.listing`). Jobs do not:
their list is silent about who a job runs as. Access lists and grants have no list. What a list does not hold is read singly
before anybody says that it is gone: lists hide what the caller may not see.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, Literal

from infra.engine.values import Properties
from infra.providers.databricks.client import Answer
from infra.providers.databricks.errors import Refused
from infra.providers.databricks.resource import Resource
from infra.providers.databricks.workspace import Workspace

#: A list is worth its call from so many of its resources on.
WORTHWHILE: Final = 3
#: Lists asked for at once.
_AT_ONCE: Final = 8
_SCIM_PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class Listing:
    """One list: its address and query, the key of its items, the key of an item's id, and what precedes that in ours."""

    at: str
    items: str
    id: str
    query: tuple[tuple[str, Any], ...] = ()
    paging: Literal["token", "scim", "none"] = "token"
    prefix: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """A resource of the state: its id and stored outputs."""

    resource: Resource
    id: str
    outputs: Properties


def read(workspace: Workspace, wanted: Sequence[Known]) -> Mapping[Known, Properties]:
    """Outputs as they are now; what no list holds is left out."""
    groups: dict[Listing, list[Known]] = defaultdict(list)
    for known in wanted:
        listing = known.resource.listing(workspace, known.id, known.outputs)
        if listing is not None:
            groups[listing].append(known)
    worthwhile = [(listing, group) for listing, group in groups.items() if len(group) >= WORTHWHILE]
    found: dict[Known, Properties] = {}
    with ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="list") as pool:
        for answer in pool.map(lambda pair: _listed(workspace, *pair), worthwhile):
            found.update(answer)
    return found


def _listed(workspace: Workspace, listing: Listing, group: Sequence[Known]) -> dict[Known, Properties]:
    try:
        items = {f"{listing.prefix}{item.get(listing.id)}": item for item in pages(workspace, listing)}
    except Refused:
        return {}  # who may not list may still be allowed to look at each
    return {
        known: known.resource.listed(workspace, known.id, items[known.id], known.outputs)
        for known in group
        if known.id in items
    }


def pages(workspace: Workspace, listing: Listing) -> Iterator[Answer]:
    """Every item of a list."""
    query = dict(listing.query)
    if listing.paging == "scim":
        yield from _scim(workspace, listing, query)
        return
    while True:
        answer = workspace.get(listing.at, **query)
        yield from answer.get(listing.items) or ()
        token = answer.get("next_page_token")
        if listing.paging == "none" or not token:
            return
        query["page_token"] = token


def _scim(workspace: Workspace, listing: Listing, query: dict[str, Any]) -> Iterator[Answer]:
    start = 1
    while True:
        answer = workspace.get(listing.at, **query, startIndex=start, count=_SCIM_PAGE)
        items = answer.get(listing.items) or ()
        yield from items
        start += len(items)
        if not items or start > int(answer.get("totalResults", 0)):
            return
