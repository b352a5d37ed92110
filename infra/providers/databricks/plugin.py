"""The embedded Databricks plugin: the engine's `Plugin` for the package `databricks`, after pulumi-databricks 1.106.

databricks-sdk is imported by the first call, not before: a preview never needs it.
"""

from __future__ import annotations

import difflib
from dataclasses import replace

from infra.engine.ports import CheckFailure, CheckResult, DiffResult, PropertyDiff, Provider
from infra.engine.values import Properties, contains_unknown, reveal
from infra.providers.databricks.credentials import SETTINGS, credentials, failures


class DatabricksPlugin:
    """Serves `pulumi_databricks` programs on databricks-sdk."""

    name = "databricks"
    version = "1.106.0"

    def check_config(self, olds: Properties | None, news: Properties) -> CheckResult:
        found = tuple(_with_hint(failure, news) for failure in failures(news))
        return CheckResult({name: value for name, value in news.items() if value is not None}, found)

    def diff_config(self, old_inputs: Properties, new_inputs: Properties) -> DiffResult:
        names = sorted((old_inputs.keys() | new_inputs.keys()) - {"version", "__internal", "__defaults"})
        olds, news = reveal(old_inputs), reveal(new_inputs)
        changed = [name for name in names if olds.get(name) != news.get(name) or contains_unknown(news.get(name))]
        detailed = {
            name: PropertyDiff("add" if name not in olds else "delete" if name not in news else "update") for name in changed
        }
        return DiffResult(changes=bool(changed), keys=tuple(changed), detailed=detailed)

    def configure(self, inputs: Properties) -> Provider:
        # Imported late, because the resource types are needed only where a stack has a Databricks provider.
        from infra.providers.databricks.client import Client  # noqa: PLC0415
        from infra.providers.databricks.provider import DatabricksProvider  # noqa: PLC0415
        from infra.providers.databricks.workspace import Workspace  # noqa: PLC0415

        found = credentials(inputs)
        if found is None:
            return DatabricksProvider(None)
        return DatabricksProvider(Workspace(Client(found)), found.secrets())


def _with_hint(failure: CheckFailure, news: Properties) -> CheckFailure:
    likely = difflib.get_close_matches(failure.property, list(SETTINGS), n=1)
    if failure.property in news and failure.property not in SETTINGS and likely:
        return replace(failure, reason=f"{failure.reason}. Did you mean {likely[0]!r}?")
    return failure


plugin = DatabricksPlugin()
