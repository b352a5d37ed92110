"""Those who act: service principals, users and groups. Entitlements as in the workspace's SCIM API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from infra.models.record import Key, Record, WrongAt
from infra.models.substitution import Text

Entitlement = Literal[
    "workspace_access",
    "databricks_sql_access",
    "workspace_consume",
    "allow_cluster_create",
    "allow_instance_pool_create",
]
Entitlements = tuple[Entitlement, ...]

#: What whoever is made here may do in the workspace where the file does not say: enter it, and use SQL.
USUAL: Entitlements = ("workspace_access", "databricks_sql_access")


def _number(value: str) -> str:
    if not value.isdecimal() and "${env:" not in value:
        raise ValueError(f"'{value}' is no number of a principal; it is the long one in the account console's address")
    return value


def _https(value: str) -> str:
    if not value.startswith(("https://", "${env:")):
        raise ValueError(
            f"'{value}' is no https address; an issuer is one, such as https://token.actions.githubusercontent.com"
        )
    return value


PrincipalNumber = Annotated[Text, AfterValidator(_number)]


class OauthSecret(Record):
    """An OAuth secret, made for a service principal and put where programs may read it. Rather use `federation`."""

    scope: Key
    """The secret scope that it goes to: a key of `secrets.scopes`."""
    key: Key
    """Its key there."""
    days: Annotated[int, Field(ge=1, le=730)] = 90
    """How long it is valid; a new one is made after that."""


class Federation(Record):
    """A foreign identity that may act as the service principal, by OpenID Connect: no secret is kept anywhere."""

    issuer: Annotated[Text, AfterValidator(_https)]
    """Who issues its tokens, such as https://token.actions.githubusercontent.com."""
    subject: Text
    """Who it is there, such as repo:acme/data:environment:prod."""
    audiences: tuple[Text, ...] = ()
    """For whom its tokens are made; left out, for the Databricks account."""
    subject_claim: Text | None = None
    """The claim that says who it is; left out, `sub`."""
    description: Text | None = None
    """What it is for."""


class ServicePrincipal(Record):
    """Something that runs without a person; its name in the workspace is `<key>-<environment>`."""

    name: Text | None = None
    """Its display name, where it is not `<key>-<environment>`."""
    application_id: Text | None = None
    """The application id of one that is there already: it is granted to, and neither created nor changed."""
    id: PrincipalNumber | None = None
    """The number of one that is there already; needed to make it a member or to give it entitlements."""
    entitlements: Entitlements | None = None
    """What it may do in the workspace; one that is made here: `[workspace_access, databricks_sql_access]`."""
    admin: bool = False
    """Whether it administers the workspace."""
    secret: OauthSecret | None = None
    """An OAuth secret to sign in with."""
    federation: Mapping[Key, Federation] = {}
    """Foreign identities that may act as it."""

    @model_validator(mode="after")
    def _existing(self) -> ServicePrincipal:
        _refuse_number_alone(self.id, made_here=self.application_id is None, unless="application_id")
        _refuse_consumer(self.entitlements)
        return self

    @property
    def existing(self) -> bool:
        """Whether it is there already."""
        return self.application_id is not None


class User(Record):
    """A person."""

    email: Text
    """The address that they sign in with."""
    name: Text | None = None
    """Their display name."""
    existing: bool = False
    """They are there already, by way of the identity provider: granted to, and neither created nor changed."""
    id: PrincipalNumber | None = None
    """The number of one that is there already; needed to make them a member or to give them entitlements."""
    entitlements: Entitlements | None = None
    """What they may do in the workspace; one that is made here: `[workspace_access, databricks_sql_access]`."""
    admin: bool = False
    """Whether they administer the workspace."""

    @model_validator(mode="after")
    def _existing(self) -> User:
        if "@" not in self.email and "${env:" not in self.email:
            raise WrongAt(("email",), f"'{self.email}' is no address; people sign in with one")
        _refuse_number_alone(self.id, made_here=not self.existing, unless="existing")
        _refuse_consumer(self.entitlements)
        return self


class Group(Record):
    """A group; its name in the workspace is its key, since groups are the account's and not one environment's."""

    name: Text | None = None
    """Its display name, where it is not the key."""
    existing: bool = False
    """It is there already, by way of the identity provider: it is granted to, and neither created nor changed."""
    id: PrincipalNumber | None = None
    """The number of one that is there already; needed to make it a member or to give it entitlements."""
    members: tuple[Key, ...] = ()
    """Service principals, users and groups in it."""
    entitlements: Entitlements | None = None
    """What its members may do in the workspace."""
    admin: bool = False
    """Whether its members administer the workspace."""

    @model_validator(mode="after")
    def _existing(self) -> Group:
        if self.existing and self.members:
            raise WrongAt(("members",), "are kept elsewhere, since the group is 'existing'; leave them out")
        _refuse_number_alone(self.id, made_here=not self.existing, unless="existing")
        _refuse_consumer(self.entitlements)
        return self


def _refuse_number_alone(number: str | None, *, made_here: bool, unless: str) -> None:
    if number is not None and made_here:
        raise WrongAt(("id",), f"is the platform's to give where it is made here; leave it out, or say '{unless}'")


def _refuse_consumer(entitlements: Entitlements | None) -> None:
    """Who only consumes has no access to the workspace or to SQL: the API refuses both together."""
    given = entitlements or ()
    if "workspace_consume" in given and set(given) & set(USUAL):
        index = given.index("workspace_consume")
        raise WrongAt(("entitlements", index), "goes with neither workspace_access nor databricks_sql_access; choose one kind")
