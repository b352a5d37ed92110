"""Tables that the environment keeps: something has to make them, and their monitors write where there is a schema."""

from __future__ import annotations

from infra.models.crosscheck.data import tables as all_tables
from infra.models.crosscheck.words import Wrong, known
from infra.models.environment import Environment


def tables(environment: Environment) -> Wrong:
    """Each table and its monitor."""
    for at, domain, schema, table in all_tables(environment):
        if environment.governance.warehouse is None:
            yield at, "is made by a statement, and none can be run: say on which warehouse, in governance.warehouse"
        for name in table.cluster_by or table.partition_by:
            if table.columns[name].type.startswith(("array", "map", "struct", "binary", "variant")):
                key = "cluster_by" if table.cluster_by else "partition_by"
                yield (*at, key), f"'{name}' is of type {table.columns[name].type}, by which nothing can be laid out"
        monitor = table.monitor
        if monitor is None:
            continue
        inside = environment.catalogs[domain].schemas
        yield from known((*at, "monitor", "schema"), monitor.schema_, inside, "schema", f"catalogs.{domain}.schemas")
        if monitor.baseline is not None:
            where = ".".join(map(str, at[:-1]))
            yield from known((*at, "monitor", "baseline"), monitor.baseline, schema.tables, "table", where)
        if monitor.time_series is not None:
            column = table.columns[monitor.time_series.column]
            if column.type not in ("date", "timestamp", "timestamp_ntz"):
                path = (*at, "monitor", "time_series", "column")
                yield (
                    path,
                    f"'{monitor.time_series.column}' is of type {column.type}; windows of time want a date or a timestamp",
                )
