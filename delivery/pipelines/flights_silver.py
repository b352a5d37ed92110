"""The silver layer of the flights domain, as a declarative pipeline: typed, cleaned, and one row a thing.

The rules are data: each table has a key, an order, casts, and expectations that its rows must meet.
"""

import dlt
from pyspark.sql.functions import col

CATALOG = spark.conf.get("catalog")

RULES = {
    "bookings": {
        "key": "booking_id",
        "casts": {"amount": "decimal(10,2)", "booking_date": "date"},
        "expect": {"a passenger booked": "passenger_id IS NOT NULL", "it costs something": "amount > 0"},
    },
    "flights": {
        "key": "flight_id",
        "casts": {"flight_date": "date"},
        "expect": {"it has an airline": "airline IS NOT NULL"},
    },
    "airports": {
        "key": "airport_id",
        "casts": {},
        "expect": {"it has a name": "airport_name IS NOT NULL"},
    },
    "customers": {
        "key": "passenger_id",
        "casts": {},
        "expect": {"they have a name": "name IS NOT NULL"},
    },
}


def keep_current(source: str, rules: dict) -> None:
    """The latest row of each key of a bronze table."""

    @dlt.view(name=f"{source}_typed", comment=f"{source}, typed")
    @dlt.expect_all_or_drop(rules["expect"])
    def typed():
        rows = spark.readStream.table(f"{CATALOG}.bronze.{source}")
        for column, kind in rules["casts"].items():
            rows = rows.withColumn(column, col(column).cast(kind))
        return rows.drop("_rescued_data")

    dlt.create_streaming_table(name=f"silver_{source}", comment=f"One row for each {rules['key']}")
    dlt.apply_changes(
        target=f"silver_{source}",
        source=f"{source}_typed",
        keys=[rules["key"]],
        sequence_by=col("_loaded_at"),
        stored_as_scd_type=1,
    )


for name, rules in RULES.items():
    keep_current(name, rules)
