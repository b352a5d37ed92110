"""Settings of a whole workspace. Only one of the environments that share a workspace can say them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from pydantic import model_validator

from infra.models.record import Identifier, Record, WrongAt
from infra.models.substitution import Text
from infra.models.suggestion import did_you_mean

#: Parameters that hold for every session of every warehouse
#: (https://docs.databricks.com/aws/en/sql/language-manual/sql-ref-parameters).
SQL_PARAMETERS: Final = frozenset(
    {
        "ANSI_MODE",
        "ENABLE_PHOTON",
        "LEGACY_TIME_PARSER_POLICY",
        "MAX_FILE_PARTITION_BYTES",
        "READ_ONLY_EXTERNAL_METASTORE",
        "STATEMENT_TIMEOUT",
        "TIMEZONE",
        "USE_CACHED_RESULT",
    }
)


class SqlSettings(Record):
    """What holds for every SQL warehouse. A change restarts all that run."""

    security: Literal["DATA_ACCESS_CONTROL", "PASSTHROUGH", "NONE"] = "DATA_ACCESS_CONTROL"
    """How access to data outside of Unity Catalog is decided."""
    parameters: Mapping[str, Text] = {}
    """SQL parameters of every session, such as `ANSI_MODE`."""
    data_access: Mapping[str, Text] = {}
    """Spark properties for storage and metastores outside of Unity Catalog."""
    instance_profile: Text | None = None
    """The ARN of an instance profile for storage outside of Unity Catalog."""

    @model_validator(mode="after")
    def _parameters(self) -> SqlSettings:
        for name in self.parameters:
            if name not in SQL_PARAMETERS:
                meant = did_you_mean(name, SQL_PARAMETERS) or f"; there are {', '.join(sorted(SQL_PARAMETERS))}"
                raise WrongAt(("parameters", name), f"is no SQL parameter of a workspace{meant}")
        return self


class Artifacts(Record):
    """What users may load onto standard clusters; each entry allows all that begins with it."""

    init_scripts: tuple[Text, ...] = ()
    """Paths of init scripts."""
    jars: tuple[Text, ...] = ()
    """Paths of JARs."""
    maven: tuple[Text, ...] = ()
    """Maven coordinates."""


class Settings(Record):
    """Settings of the whole workspace."""

    default_catalog: Identifier | None = None
    """The domain whose catalog queries mean that name none: a key of `catalogs`."""
    sql: SqlSettings | None = None
    """What holds for every SQL warehouse."""
    options: Mapping[str, Text] = {}
    """Options of the workspace configuration API, such as `maxTokenLifetimeDays`."""
    artifacts: Artifacts = Artifacts()
    """What users may load onto standard clusters; the metastore's, so one workspace of it says it for all."""

    @model_validator(mode="after")
    def _options(self) -> Settings:
        if "enableIpAccessLists" in self.options:
            raise WrongAt(("options", "enableIpAccessLists"), "follows 'network.ip_access'; leave it out")
        return self
