"""Stands in for the official Databricks provider of the golden data: the same checked inputs and diffs, and outputs taken from
what it wrote into its state."""

from __future__ import annotations

import json
from pathlib import Path

from infra.engine.ports import CheckResult, Created, DiffResult, Found, PropertyDiff, Subject
from infra.engine.secrets import Cipher
from infra.engine.state import Codec
from infra.engine.values import Properties

_REPLACING = {
    "databricks:index/schema:Schema": {"name", "catalogName"},
    "databricks:index/volume:Volume": {"name", "catalogName", "schemaName", "volumeType"},
    "databricks:index/sqlEndpoint:SqlEndpoint": set(),
}
_DEFAULTS: dict[str, Properties] = {
    "databricks:index/sqlEndpoint:SqlEndpoint": {"enablePhoton": True, "spotInstancePolicy": "COST_OPTIMIZED"},
}


class OfficialStandIn:
    """`export` is the `stack export` after the step that is played, or the checkpoint that the history keeps of it."""

    name = "databricks"
    version = "1.106.0"

    def __init__(self, export: Path, passphrase: str) -> None:
        document = json.loads(export.read_text())
        deployment = document.get("deployment") or document["checkpoint"]["latest"]
        codec = Codec(Cipher.open(passphrase, deployment["secrets_providers"]["state"]["salt"]))
        self.records = {raw["urn"]: codec.decode(raw) for raw in deployment["resources"]}

    def check_config(self, olds: Properties | None, news: Properties) -> CheckResult:
        return CheckResult(news)

    def diff_config(self, old_inputs: Properties, new_inputs: Properties) -> DiffResult:
        return DiffResult(old_inputs != new_inputs)

    def configure(self, inputs: Properties) -> _Configured:
        return _Configured(self)


class _Configured:
    def __init__(self, plugin: OfficialStandIn) -> None:
        self._plugin = plugin

    def check(self, subject: Subject, olds: Properties | None, news: Properties) -> CheckResult:
        defaults = {key: value for key, value in _DEFAULTS.get(subject.type, {}).items() if key not in news}
        return CheckResult({"__defaults": sorted(defaults), **defaults, **news})

    def diff(
        self, subject: Subject, id: str, old_inputs: Properties, old_outputs: Properties, new_inputs: Properties
    ) -> DiffResult:
        names = {*old_inputs, *new_inputs} - {"__defaults"}
        keys = sorted(key for key in names if old_inputs.get(key) != new_inputs.get(key))
        replaces = [key for key in keys if key in _REPLACING[subject.type]]
        detailed: dict[str, PropertyDiff] = {
            key: PropertyDiff("update-replace" if key in replaces else "update", input_diff=False) for key in keys
        }
        if subject.type.endswith(":SqlEndpoint"):  # a computed field that the fake workspace of the recording left empty
            keys.append("odbcParams")
            detailed["odbcParams"] = PropertyDiff("add", input_diff=False)
        return DiffResult(
            bool(keys), keys=tuple(keys), replaces=tuple(replaces), detailed=detailed or None, delete_before_replace=True
        )

    def create(self, subject: Subject, inputs: Properties, *, preview: bool) -> Created:
        if preview:
            return Created("", dict(inputs))
        record = self._plugin.records[subject.urn]
        return Created(record.id, record.outputs)

    def read(self, subject: Subject, id: str, inputs: Properties, outputs: Properties) -> Found | None:
        record = self._plugin.records[subject.urn]
        return Found(record.id, record.inputs, record.outputs)

    def update(
        self,
        subject: Subject,
        id: str,
        old_inputs: Properties,
        old_outputs: Properties,
        new_inputs: Properties,
        *,
        preview: bool,
    ) -> Properties:
        return dict(old_outputs if preview else self._plugin.records[subject.urn].outputs)

    def delete(self, subject: Subject, id: str, inputs: Properties, outputs: Properties) -> None:
        pass

    def invoke(self, token: str, arguments: Properties) -> Properties:
        raise NotImplementedError

    def close(self) -> None:
        pass
