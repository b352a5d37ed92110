"""Principals: what users, service principals and groups have in common under `/api/2.0/preview/scim/v2`, or at the account's.

`api: account` chooses the account's directory, `/api/2.0/accounts/<id>/scim/v2`; at an accounts console it is the usual one. An
update replaces the whole principal, so what it does not manage (a group's members, roles) is read first and sent back.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Final

from infra.engine.ports import CheckFailure, ProviderError, Timeouts
from infra.engine.values import Properties
from infra.providers.databricks.client import Answer
from infra.providers.databricks.errors import Absent, Conflict, Unconfirmed
from infra.providers.databricks.listings import Listing
from infra.providers.databricks.resource import Resource, found, path, posted
from infra.providers.databricks.shapes import Field, flag, text
from infra.providers.databricks.workspace import Workspace

SCIM: Final = "/api/2.0/preview/scim/v2"
_PATCH: Final = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

#: Property, and the entitlement in the API.
ENTITLEMENTS: Final[Mapping[str, str]] = {
    "allowClusterCreate": "allow-cluster-create",
    "allowInstancePoolCreate": "allow-instance-pool-create",
    "databricksSqlAccess": "databricks-sql-access",
    "workspaceAccess": "workspace-access",
    "workspaceConsume": "workspace-consume",
}


def entitlement_fields() -> tuple[Field, ...]:
    """The flags of a principal; not granted is false."""
    return tuple(flag(name, absent=False) for name in ENTITLEMENTS)


def entitled(values: Properties) -> list[Answer]:
    """The entitlements that are asked for, as SCIM lists them."""
    return [{"value": value} for name, value in sorted(ENTITLEMENTS.items(), key=lambda item: item[1]) if values.get(name)]


def held(answer: Answer) -> dict[str, bool]:
    """Every entitlement's flag, out of an answer."""
    values = {entry.get("value") for entry in answer.get("entitlements") or ()}
    return {name: value in values for name, value in ENTITLEMENTS.items()}


def patched(workspace: Workspace, at: str, *operations: Answer) -> Answer:
    """Change parts of a principal."""
    return workspace.patch(at, {"schemas": [_PATCH], "Operations": list(operations)})


def directory(workspace: Workspace, values: Properties) -> str:
    """Where the principals of this level are."""
    return f"{workspace.account()}/scim/v2" if workspace.at_account(values) else SCIM


def level_field(**options: Any) -> Field:
    """`api` of a type that workspaces and accounts both have."""
    return text("api", local=True, choices=("account", "workspace"), **options)


def levelled(workspace: Workspace, outputs: Properties) -> Properties:
    """Outputs of a type of both levels: what is an account's is in no workspace."""
    return outputs | {"providerConfig": None} if workspace.at_account(outputs) else outputs


class Principal(Resource):
    """A user, a service principal or a group. The server makes its id."""

    #: `Groups`, `Users` or `ServicePrincipals`, and the URN of its schema.
    collection: ClassVar[str]
    urn: ClassVar[str]
    #: What an answer says of itself beyond entitlements; what an update has to keep.
    attributes: ClassVar[str]
    kept: ClassVar[tuple[str, ...]]
    #: The SCIM attribute by which an existing one is found.
    natural: ClassVar[str]
    #: Whether a delete at the account's only disables, unless the program says otherwise.
    disabled_in_accounts: ClassVar[bool] = True

    @abstractmethod
    def described(self, workspace: Workspace, id: str, answer: Answer, known: Properties) -> Properties:
        """Outputs that follow from an answer: home folder, links, the principal's name in access lists."""

    @abstractmethod
    def document(self, values: Properties) -> Answer:
        """The SCIM attributes that inputs ask for, apart from entitlements and schemas."""

    def verify(self, inputs: Properties) -> Iterator[CheckFailure]:
        if inputs.get("workspaceConsume") and (inputs.get("workspaceAccess") or inputs.get("databricksSqlAccess")):
            yield CheckFailure("workspaceConsume", "excludes workspaceAccess and databricksSqlAccess, which include it")

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        body = self._body(inputs)
        try:
            answer = self._posted(workspace, inputs, body)
        except Conflict:
            existing = self._find(workspace, inputs, str(body.get(self.natural, ""))) if inputs.get("force") else None
            if existing is None:
                raise
            return str(existing["id"]), self.update(workspace, str(existing["id"]), {}, inputs, limits)
        id = str(answer["id"])
        workspace.introduce(*(str(answer.get(name) or "") for name in ("displayName", "userName", "applicationId")))
        return id, self._stored(workspace, id, answer, inputs)

    def locate(self, workspace: Workspace, inputs: Properties, since: float) -> str | None:
        """By what is unique among its kind; else by the display name, if only one has it."""
        wanted = self.document(inputs)
        by = self.natural if wanted.get(self.natural) else "displayName"
        named = self._named(workspace, inputs, by, str(wanted.get(by) or ""))
        if len(named) > 1:
            raise ProviderError(f"{len(named)} {self.collection} are called {wanted[by]!r}: remove those that no one needs")
        return str(named[0]["id"]) if named else None

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        answer = found(workspace, self._at(workspace, id, known), attributes=self.attributes)
        return None if answer is None else self._stored(workspace, id, answer, self.locals(known))

    def listing(self, workspace: Workspace, id: str, known: Properties) -> Listing | None:
        at = self._collection(workspace, known)
        return Listing(at, "Resources", "id", (("attributes", f"id,{self.attributes}"),), paging="scim")

    def listed(self, workspace: Workspace, id: str, item: Answer, known: Properties) -> Properties:
        return self._stored(workspace, id, item, self.locals(known))

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        at = self._at(workspace, id, news)
        before = workspace.get(at, attributes=",".join(self.kept))
        kept = {name: before[name] for name in self.kept if before.get(name)}
        values = self.expected(olds, news)
        if not news.get(self.natural):
            values.pop(self.natural, None)  # the server's own: sent back only if the program chose it
        answer = workspace.put(at, kept | self._body(values))
        if "id" not in answer:
            answer = workspace.get(at, attributes=self.attributes)
        return self._stored(workspace, id, answer, self.expected(olds, news))

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        at, account = self._at(workspace, id, outputs), workspace.at_account(outputs)
        disable = outputs.get("disableAsUserDeletion")
        if (account and self.disabled_in_accounts) if disable is None else disable:
            patched(workspace, at, {"op": "replace", "path": "active", "value": "false"})
            return
        workspace.delete(at)
        for flag_name, folder in (("forceDeleteRepos", "repos"), ("forceDeleteHomeDir", "home")):
            if not account and outputs.get(flag_name) and outputs.get(folder):
                _delete_folder(workspace, str(outputs[folder]))

    def _posted(self, workspace: Workspace, inputs: Properties, body: Answer) -> Answer:
        at, natural = self._collection(workspace, inputs), str(body.get(self.natural, ""))
        if natural:
            return posted(workspace, at, body, lambda: self._find(workspace, inputs, natural))
        try:
            return workspace.post(at, body)
        except Unconfirmed as error:
            raise Unconfirmed(
                f"{error}. Display names are not unique, so it is not sent again; the next run looks whether "
                f"{body.get('displayName')!r} was made"
            ) from error

    def _collection(self, workspace: Workspace, values: Properties) -> str:
        return f"{directory(workspace, values)}/{self.collection}"

    def _at(self, workspace: Workspace, id: str, values: Properties) -> str:
        return path(self._collection(workspace, values), id)

    def _body(self, values: Properties) -> Answer:
        body: Answer = {"schemas": [self.urn]} | {
            name: value for name, value in self.document(values).items() if value is not None
        }
        wanted = entitled(values)
        return body | {"entitlements": wanted} if wanted else body

    def _find(self, workspace: Workspace, values: Properties, natural: str) -> Answer | None:
        return next(iter(self._named(workspace, values, self.natural, natural)), None)

    def _named(self, workspace: Workspace, values: Properties, attribute: str, value: str) -> list[Answer]:
        if not value:
            return []
        quoted = value.replace('"', '\\"')
        answer = workspace.get(self._collection(workspace, values), filter=f'{attribute} eq "{quoted}"')
        return [dict(entry) for entry in answer.get("Resources") or ()]

    def _stored(self, workspace: Workspace, id: str, answer: Answer, known: Properties) -> Properties:
        plain: dict[str, Any] = {
            "display_name": answer.get("displayName"),
            "external_id": answer.get("externalId") or "",
            "active": answer.get("active"),
            "user_name": answer.get("userName"),
            "application_id": answer.get("applicationId"),
        }
        flags = {ENTITLEMENTS_WIRE[name]: value for name, value in held(answer).items()}
        outputs = self.outputs(workspace, id, plain | flags, known | self.described(workspace, id, answer, known))
        return levelled(workspace, outputs)


ENTITLEMENTS_WIRE: Final = {field.name: field.api for field in entitlement_fields()}


def account_fields() -> tuple[Field, ...]:
    """What a user and a service principal have and a group has not."""
    return (
        flag("active", default=True),
        flag("disableAsUserDeletion", local=True),
        flag("forceDeleteHomeDir", local=True),
        flag("forceDeleteRepos", local=True),
        text("home", computed=True, local=True),
        text("repos", computed=True, local=True),
    )


def folders(name: str) -> Properties:
    """The folders that a user or service principal has."""
    return {"home": f"/Users/{name}", "repos": f"/Repos/{name}"}


def _delete_folder(workspace: Workspace, folder: str) -> None:
    try:
        workspace.post("/api/2.0/workspace/delete", {"path": folder, "recursive": True}, repeatable=True)
    except Absent:
        return  # it was never used
