"""Tables that the environment keeps, and the profiles of their data."""

from __future__ import annotations

from tests.stacks.program import Registered


def test_a_table_is_made_by_a_statement_on_the_warehouse(governed: Registered) -> None:
    """With its columns in the file's order; the warehouse keeps the provider from starting a cluster. No format is said:
    with one, the official provider would replace a table that is there already."""
    inputs = governed.inputs("SqlTable", "sales.raw.orders")

    assert [column["name"] for column in inputs["columns"]] == ["id", "email", "card", "born", "team", "at"]
    assert inputs["columns"][0] == {"name": "id", "type": "bigint", "nullable": False, "identity": "always"}
    assert {key: value for key, value in inputs.items() if key != "columns"} == {
        "name": "orders",
        "catalogName": "sales_governed",
        "schemaName": "raw",
        "tableType": "MANAGED",
        "comment": "One row an order",
        "owner": "stewards",
        "clusterKeys": ["at"],
        "properties": {"delta.enableChangeDataFeed": "true"},
        "warehouseId": governed.outputs["warehouses"]["small"],
    }
    assert governed.of("SqlTable")["sales.raw.orders"]["protect"] is True


def test_a_table_with_a_location_is_external(governed: Registered) -> None:
    """And bears its partitions, where it is laid out by them."""
    inputs = governed.inputs("SqlTable", "sales.raw.first_orders")

    assert (inputs["tableType"], inputs["storageLocation"]) == ("EXTERNAL", "s3://acme-files/first")
    assert inputs["dataSourceFormat"] == "DELTA"
    assert inputs["partitions"] == ["id"]


def test_a_monitor_profiles_windows_of_time(governed: Registered) -> None:
    """Its results go to the schema that it names; who hears of a failure is told by mail."""
    assert governed.inputs("QualityMonitor", "sales.raw.orders") == {
        "tableName": "sales_governed.raw.orders",
        "assetsDir": "/Shared/lakestead/governed/monitors/sales.raw.orders",
        "outputSchemaName": "sales_governed.profiles",
        "baselineTableName": "sales_governed.raw.first_orders",
        "timeSeries": {"timestampCol": "at", "granularities": ["1 hour", "1 day"]},
        "slicingExprs": ["team = 'a'"],
        "schedule": {"quartzCronExpression": "0 0 5 * * ?", "timezoneId": "UTC"},
        "notifications": {"onFailure": {"emailAddresses": ["data@example.com"]}},
        "skipBuiltinDashboard": True,
    }


def test_a_monitor_without_windows_profiles_the_whole_table(governed: Registered) -> None:
    """And makes its dashboard on the environment's warehouse, unless the file says none."""
    inputs = governed.inputs("QualityMonitor", "sales.raw.first_orders")

    assert inputs["snapshot"] == {}
    assert (inputs["skipBuiltinDashboard"], inputs["warehouseId"]) == (False, governed.outputs["warehouses"]["small"])


def test_a_table_waits_for_all_of_its_catalog(governed: Registered) -> None:
    """Its schema is in it, and that of its monitor."""
    waits_for = {urn.rpartition("::")[2] for urn in governed.of("Table")["sales.raw.orders"]["depends_on"]}

    assert {"sales.raw", "sales.profiles"} <= waits_for
