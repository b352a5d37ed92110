"""What people and pipelines are given: queries, alerts, dashboards, pipelines, files, git folders."""

from __future__ import annotations

from infra.models.crosscheck.words import Path, Wrong, budget_policy, in_schema, known, place, recipients
from infra.models.environment import Environment


def delivery(environment: Environment) -> Wrong:
    """Everything that they name is there."""
    yield from _seen(environment)
    yield from _pipelines(environment)
    for key, file in environment.files.items():
        if file.volume is not None:
            yield from in_schema(environment, ("files", key, "volume"), file.volume, volume=True)
    for key, folder in environment.git.folders.items():
        if folder.credential is not None:
            at: Path = ("git", "folders", key, "credential")
            yield from known(at, folder.credential, environment.git.credentials, "git credential", "git.credentials")


def _seen(environment: Environment) -> Wrong:
    for section, seen in (("queries", environment.queries), ("dashboards", environment.dashboards)):
        for key, one in seen.items():
            at: Path = (section, key)
            yield from known((*at, "warehouse"), one.warehouse, environment.warehouses, "warehouse", "warehouses")
            yield from place(environment, at, one.catalog, one.schema_)
    for key, alert in environment.alerts.items():
        at = ("alerts", key)
        yield from known((*at, "warehouse"), alert.warehouse, environment.warehouses, "warehouse", "warehouses")
        yield from place(environment, at, alert.catalog, None)
        yield from recipients(environment, (*at, "notify"), alert.notify)
        if alert.run_as is not None:
            runners = environment.identities.runners
            yield from known((*at, "run_as"), alert.run_as, runners, "service principal or user", "identities")


def _pipelines(environment: Environment) -> Wrong:
    for key, pipeline in environment.pipelines.items():
        at: Path = ("pipelines", key)
        yield from place(environment, at, pipeline.catalog, pipeline.schema_)
        yield from budget_policy(environment, at, pipeline.budget_policy)
        for index, notebook in enumerate(pipeline.notebooks):
            yield from known((*at, "notebooks", index), notebook, environment.notebooks, "notebook", "notebooks")
        for index, file in enumerate(pipeline.files):
            yield from known((*at, "files", index), file, environment.files, "file", "files")
            if file in environment.files and environment.files[file].volume is not None:
                yield (*at, "files", index), f"'{file}' goes to a volume, and a pipeline's code is in the workspace"
        if pipeline.run_as is not None:
            runners = environment.identities.runners
            yield from known((*at, "run_as"), pipeline.run_as, runners, "service principal or user", "identities")
