"""`databricks:index/policyInfo:PolicyInfo`: attribute-based policies, `/api/2.1/unity-catalog/policies`.

A policy filters rows or masks columns of the tables of a catalog, schema or table whose columns match its conditions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from infra.engine.ports import CheckFailure, ProviderError, Timeouts
from infra.engine.values import Properties
from infra.providers.databricks import documents
from infra.providers.databricks.client import Answer
from infra.providers.databricks.differences import Change
from infra.providers.databricks.listings import Listing
from infra.providers.databricks.resource import Resource, found, made_since, path, posted
from infra.providers.databricks.shapes import AUTO_NAME, PROVIDER_CONFIG, Field, Shape, block, blocks, integer, text, texts
from infra.providers.databricks.workspace import Workspace

_POLICIES: Final = "/api/2.1/unity-catalog/policies"
_NAMES: Final = ("onSecurableType", "onSecurableFullname", "name")
_MASK: Final = (
    *("column_mask", "comment", "except_principals", "for_securable_type", "grant", "match_columns", "policy_type"),
    *("row_filter", "to_principals", "when_condition"),
)
#: What a policy of each type says besides.
_OPTIONS: Final = {
    "POLICY_TYPE_COLUMN_MASK": "columnMask",
    "POLICY_TYPE_ROW_FILTER": "rowFilter",
    "POLICY_TYPE_GRANT": "grant",
}


def _arguments() -> Field:
    return blocks("usings", text("alias"), text("constant"), wire="using")


class PolicyInfo(Resource):
    """A policy on a securable. The server makes its id; it is imported by `type,full name,policy`."""

    token = "databricks:index/policyInfo:PolicyInfo"
    shape = Shape(
        block("columnMask", text("functionName", required=True), text("onColumn", required=True), _arguments()),
        text("comment"),
        integer("createdAt", output=True),
        text("createdBy", output=True),
        texts("exceptPrincipals"),
        text("forSecurableType", required=True),
        block("grant", texts("privileges", required=True)),
        blocks("matchColumns", text("alias"), text("condition")),
        text("name", default=AUTO_NAME),
        text("onSecurableFullname"),
        text("onSecurableType"),
        text("policyType", required=True, choices=tuple(_OPTIONS)),
        PROVIDER_CONFIG,
        block("rowFilter", text("functionName", required=True), _arguments()),
        texts("toPrincipals", required=True),
        integer("updatedAt", output=True),
        text("updatedBy", output=True),
        text("whenCondition"),
        framework=True,
    )

    def verify(self, inputs: Properties) -> Iterator[CheckFailure]:
        for name in _NAMES:
            if inputs.get(name) in (None, ""):
                yield CheckFailure(name, "a policy needs a name, and a securable by its type and full name")
        options = _OPTIONS.get(str(inputs.get("policyType")))
        if options and inputs.get(options) is None:
            yield CheckFailure(options, f"a policy of type {inputs['policyType']} says here what it does")

    def differences(self, olds: Properties, news: Properties) -> Iterator[Change]:
        """A policy can be renamed; one on another securable is another one."""
        for at, kind, forces in super().differences(olds, news):
            yield at, kind, forces or at in _NAMES[:2]

    def locate(self, workspace: Workspace, inputs: Properties, since: float) -> str | None:
        answer = self._look(workspace, inputs)
        return str(answer["id"]) if answer is not None and made_since(answer, since) else None

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        body = documents.body(self.shape, inputs)
        answer = posted(workspace, _POLICIES, body, lambda: self._look(workspace, inputs))
        return str(answer["id"]), self.outputs(workspace, "", answer, inputs)

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        answer = self._look(workspace, known if known.get("name") else _imported(id))
        return None if answer is None else self.outputs(workspace, "", answer, {})

    def listing(self, workspace: Workspace, id: str, known: Properties) -> Listing | None:
        return Listing(_on(known), "policies", "id", (("max_results", 0),))

    def listed(self, workspace: Workspace, id: str, item: Answer, known: Properties) -> Properties:
        return self.outputs(workspace, "", item, {})

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        mask = (*_MASK, "name") if news.get("name") != olds.get("name") else _MASK
        answer = workspace.patch(_at(olds), documents.body(self.shape, news), update_mask=",".join(mask))
        return self.outputs(workspace, "", answer, news)

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        workspace.delete(_at(outputs))

    def outputs(self, workspace: Workspace, id: str, answer: Mapping[str, Any], known: Properties) -> Properties:
        return super().outputs(workspace, id, answer, known) | {"id": str(answer["id"])}

    def _look(self, workspace: Workspace, values: Properties) -> Answer | None:
        return found(workspace, _at(values))


def _on(values: Properties) -> str:
    return path(path(_POLICIES, str(values["onSecurableType"])), str(values["onSecurableFullname"]))


def _at(values: Properties) -> str:
    return path(_on(values), str(values["name"]))


def _imported(id: str) -> Properties:
    parts = id.split(",")
    if len(parts) != len(_NAMES) or not all(parts):
        raise ProviderError(f"{id!r} is no policy: import it by <securable type>,<full name>,<policy>")
    return dict(zip(_NAMES, parts, strict=True))
