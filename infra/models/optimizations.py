"""How dbt lays out and refreshes what it stores; handed to the project as the variable `model_optimizations`."""

from __future__ import annotations

from typing import Literal

from infra.models.record import Identifier, Record


class ModelOptimizations(Record):
    """One word for all models of the environment: each takes the columns that it has."""

    incremental_strategy: Literal["merge", "delete+insert"] | None = None
    """How a model takes new rows; left out, models are built whole. Strategies that may lose or double rows are not offered."""
    partition_by: tuple[Identifier, ...] = ()
    """Columns that files are partitioned by; a model that has a column of `cluster_by` takes that instead."""
    cluster_by: tuple[Identifier, ...] = ()
    """Columns that files are clustered by."""
    zorder_by: tuple[Identifier, ...] = ()
    """Columns that files are sorted by inside partitions; as with `partition_by`, clustering goes first."""
