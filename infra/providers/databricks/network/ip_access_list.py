"""`databricks:index/ipAccessList:IpAccessList`: addresses that may, or may not, reach the workspace.

`/api/2.0/ip-access-lists`. The workspace refuses a list that would shut out who sends it. Lists have an effect once
`WorkspaceConf` sets `enableIpAccessLists`.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Final

from infra.engine.ports import CheckFailure, ProviderError, Timeouts
from infra.engine.values import UNKNOWN, Properties
from infra.providers.databricks import documents
from infra.providers.databricks.client import Answer
from infra.providers.databricks.errors import Incomplete
from infra.providers.databricks.listings import Listing
from infra.providers.databricks.resource import Resource, found, made_since, path
from infra.providers.databricks.shapes import PROVIDER_CONFIG, Shape, flag, text, texts
from infra.providers.databricks.workspace import Workspace

_LISTS: Final = "/api/2.0/ip-access-lists"


class IpAccessList(Resource):
    """A list; the server makes its id."""

    token = "databricks:index/ipAccessList:IpAccessList"
    shape = Shape(
        flag("enabled", default=True),
        texts("ipAddresses", required=True),
        text("label", required=True),
        text("listType", required=True, choices=("ALLOW", "BLOCK")),
        PROVIDER_CONFIG,
    )

    def verify(self, inputs: Properties) -> Iterator[CheckFailure]:
        addresses = inputs.get("ipAddresses")
        for index, address in enumerate(addresses if isinstance(addresses, list) else ()):
            if address is not UNKNOWN and not _is_address(str(address)):
                yield CheckFailure(f"ipAddresses[{index}]", f"{address!r} is no IPv4 address and no range of them (CIDR)")

    def locate(self, workspace: Workspace, inputs: Properties, since: float) -> str | None:
        """By its label, which others may have too: the one made since then."""
        wanted = documents.body(self.shape, inputs)
        for entry in workspace.get(_LISTS).get("ip_access_lists") or ():
            same = all(entry.get(name) == wanted[name] for name in ("label", "list_type", "ip_addresses"))
            if same and made_since(entry, since):
                return str(entry["list_id"])
        return None

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        wanted = documents.body(self.shape, inputs)
        enabled = wanted.pop("enabled", True)
        made: Answer = workspace.post(_LISTS, wanted)["ip_access_list"]
        id = str(made["list_id"])
        if not enabled:  # a new list is enabled, whatever the request says
            try:
                workspace.patch(path(_LISTS, id), wanted | {"enabled": False})
            except ProviderError as error:
                raise Incomplete(id, self.outputs(workspace, id, made, inputs), error) from error
        return id, self.outputs(workspace, id, made | {"enabled": enabled}, inputs)

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        answer = found(workspace, path(_LISTS, id))
        return None if answer is None else self.outputs(workspace, id, answer["ip_access_list"], {})

    def listing(self, workspace: Workspace, id: str, known: Properties) -> Listing | None:
        return Listing(_LISTS, "ip_access_lists", "list_id", paging="none")

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        workspace.patch(path(_LISTS, id), documents.body(self.shape, news))
        answer = workspace.get(path(_LISTS, id))
        return self.outputs(workspace, id, answer["ip_access_list"], news)

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        workspace.delete(path(_LISTS, id))


def _is_address(text: str) -> bool:
    try:
        ipaddress.IPv4Network(text, strict=False)
    except ValueError:
        return False
    return True
