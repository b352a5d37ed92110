"""Declarative pipelines: code that says what tables are, and compute that keeps them so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from infra.models.cluster import Availability
from infra.models.notifications import MailAddress
from infra.models.record import Identifier, Key, Record, WrongAt
from infra.models.substitution import Text

PipelinePermission = Literal["CAN_VIEW", "CAN_RUN", "CAN_MANAGE"]


class PipelineNotify(Record):
    """Who gets a mail when; pipelines know no other destinations."""

    success: tuple[MailAddress, ...] = ()
    """An update succeeded."""
    failure: tuple[MailAddress, ...] = ()
    """An update failed, and will be tried again."""
    fatal_failure: tuple[MailAddress, ...] = ()
    """An update failed, and will not."""
    flow_failure: tuple[MailAddress, ...] = ()
    """A flow failed."""


class PipelineCluster(Record):
    """The cluster of a pipeline that does not run serverless; it grows and shrinks by itself."""

    node_type: Text | None = None
    """The type of its machines; left out, the platform chooses."""
    pool: Key | None = None
    """Where its machines come from: a key of `compute.pools`."""
    policy: Key | None = None
    """What limits it: a key of `compute.policies`."""
    workers: Annotated[int, Field(ge=1)] = 1
    """The least workers."""
    max_workers: Annotated[int, Field(ge=1)] = 5
    """The most."""
    availability: Availability = "SPOT_WITH_FALLBACK"
    """Whether its workers may be spot machines (AWS)."""

    @model_validator(mode="after")
    def _machines(self) -> PipelineCluster:
        if self.node_type is not None and self.pool is not None:
            raise WrongAt(("node_type",), "is the pool's to say; leave it out")
        if self.max_workers < self.workers:
            raise WrongAt(("max_workers",), f"{self.max_workers} is below workers, which is {self.workers}")
        return self


class Pipeline(Record):
    """A declarative pipeline; its name in the workspace is `<key>-<environment>`.

    A job's task starts it. The workspace on this machine keeps it and refuses to start it: it has no Spark.
    """

    name: Text | None = None
    """Its name, where it is not `<key>-<environment>`."""
    catalog: Identifier
    """The domain whose catalog it writes to."""
    schema_: Annotated[Identifier, Field(alias="schema")]
    """The schema that it writes to where its code names none."""
    notebooks: tuple[Key, ...] = ()
    """Its code: keys of `notebooks`."""
    files: tuple[Key, ...] = ()
    """Its code: keys of `files`."""
    configuration: Mapping[str, Text] = {}
    """Values that its code reads; `catalog`, the catalog's name, is always among them."""
    run_as: Key | None = None
    """The service principal or user that it acts as; left out, whoever deploys."""
    cluster: PipelineCluster | None = None
    """Its compute; left out, it runs serverless."""
    dependencies: tuple[Text, ...] = ()
    """Serverless: Python requirements."""
    continuous: bool = False
    """Whether an update is always under way."""
    development: bool = False
    """Whether it keeps its compute between updates and does not try again."""
    photon: bool = False
    """Of a cluster: whether it runs Photon."""
    edition: Literal["CORE", "PRO", "ADVANCED"] = "ADVANCED"
    """Of a cluster: what its code may use."""
    channel: Literal["CURRENT", "PREVIEW"] = "CURRENT"
    """Which release it runs."""
    event_log: Identifier | None = None
    """A table of its schema in which its events are kept."""
    budget_policy: Key | None = None
    """How its serverless usage is tagged: a key of `budgets.policies`."""
    notify: PipelineNotify = PipelineNotify()
    """Who gets a mail when."""
    tags: Mapping[str, Text] = Field(default={}, max_length=25)
    """Tags; they reach the bill."""
    permissions: Mapping[Key, PipelinePermission] = {}
    """What each principal may do with it."""

    @model_validator(mode="after")
    def _code(self) -> Pipeline:
        if not self.notebooks and not self.files:
            raise ValueError("has no code; name 'notebooks' or 'files'")
        if "catalog" in self.configuration:
            raise WrongAt(("configuration", "catalog"), "is always the catalog's name; leave it out")
        if self.cluster is not None:
            for word in ("dependencies", "budget_policy"):
                if getattr(self, word):
                    raise WrongAt((word,), "is of serverless compute, and the pipeline has a cluster; leave one out")
        elif self.photon or self.edition != "ADVANCED":
            word = "photon" if self.photon else "edition"
            raise WrongAt((word,), "is of a cluster, and the pipeline runs serverless; leave it out")
        return self
