"""Tags, masks, row filters, system tables, promises of freshness."""

from __future__ import annotations

from tests.stacks.program import SECRET, Registered


def test_governed_tags_are_made_unless_somebody_else_keeps_them(governed: Registered) -> None:
    """With the values that they take."""
    policies = {name: one["inputs"] for name, one in governed.of("TagPolicy").items()}

    assert policies == {
        "pii": {
            "tagKey": "pii",
            "description": "Of a person",
            "values": [{"name": "email"}, {"name": "name"}, {"name": "birth"}],
        },
        "phi": {"tagKey": "phi"},
    }


def test_what_is_said_of_data_is_tagged(governed: Registered) -> None:
    """Tags of the file, and those that follow from its promises, on whatever says them."""
    tags = {
        (one["inputs"]["entityType"], one["inputs"]["entityName"], one["inputs"]["tagKey"]): one["inputs"].get("tagValue")
        for one in governed.of("EntityTagAssignment").values()
    }

    assert tags == {
        ("catalogs", "sales_governed", "domain"): "sales",
        ("catalogs", "sales_governed", "pii_level"): "high",
        ("catalogs", "sales_governed", "sla"): "hourly",
        ("schemas", "sales_governed.raw", "layer"): "raw",
        ("schemas", "sales_governed.raw", "pii"): "name",
        ("schemas", "sales_governed.raw", "retention_days"): "30",
        ("schemas", "sales_governed.profiles", "sla"): "daily_6am",
        ("volumes", "sales_governed.raw.files", "layer"): "raw",
        ("tables", "sales_governed.raw.orders", "layer"): "raw",
        ("columns", "sales_governed.raw.orders.email", "pii"): "email",
        ("columns", "sales_governed.raw.orders.born", "pii"): "birth",
        ("columns", "sales_governed.raw.orders.card", "pci"): None,
        ("columns", "sales_governed.raw.orders.team", "phi"): None,
    }


def test_a_mask_is_a_policy_of_each_catalog_where_it_holds(governed: Registered) -> None:
    """It finds columns by the values of its tag; whoever it lets through is named; a catalog of another database has none."""
    assert governed.inputs("PolicyInfo", "contacts/sales") == {
        "name": "contacts",
        "policyType": "POLICY_TYPE_COLUMN_MASK",
        "onSecurableType": "CATALOG",
        "onSecurableFullname": "sales_governed",
        "forSecurableType": "TABLE",
        "toPrincipals": ["account users"],
        "exceptPrincipals": ["stewards", "app-loader", "app-copier"],
        "matchColumns": [
            {"alias": "column", "condition": "has_tag_value('pii', 'email') OR has_tag_value('pii', 'name')"},
        ],
        "columnMask": {"functionName": "sales_governed.rules.mask_pii_partial_string", "onColumn": "column"},
    }
    assert sorted(governed.of("PolicyInfo")) == ["births/sales", "cards/sales", "contacts/sales", "teams/sales"]


def test_a_row_filter_hands_the_column_to_its_function(governed: Registered) -> None:
    """Any value of the tag will do where the file names none."""
    inputs = governed.inputs("PolicyInfo", "teams/sales")

    assert inputs["policyType"] == "POLICY_TYPE_ROW_FILTER"
    assert inputs["matchColumns"] == [{"alias": "column", "condition": "has_tag('phi')"}]
    assert inputs["rowFilter"] == {"functionName": "sales_governed.rules.filter_phi", "usings": [{"alias": "column"}]}


def test_each_template_has_one_function_that_is_there_before_its_policies(governed: Registered) -> None:
    """In the schema that the file names, made with the environment's own credentials, which are secret."""
    functions = governed.of("SqlFunction")

    assert sorted(functions) == ["filter_phi", "mask_pci_partial_string", "mask_pii_partial_date", "mask_pii_partial_string"]
    inputs = functions["mask_pci_partial_string"]["inputs"]
    assert inputs["full_name"] == "sales_governed.rules.mask_pci_partial_string"
    assert inputs["definition"].startswith(f"CREATE OR REPLACE FUNCTION {inputs['full_name']}(value STRING) RETURNS STRING")
    assert inputs["connection"] == {**SECRET, "value": {"host": "http://127.0.0.1:4711", "token": "dapi-of-the-test"}}
    policy, all_policies = governed.of("PolicyInfo")["cards/sales"], governed.of("Policies")["policies"]
    waits_for = {urn.rpartition("::")[2] for urn in (*policy["depends_on"], *all_policies["depends_on"])}
    assert {"mask_pci_partial_string", "sales.rules", "sales.raw.orders"} <= waits_for


def test_functions_are_called_by_those_who_may(governed: Registered) -> None:
    """Each of them, by the grant of the file; masks and filters call them for everyone."""
    assert governed.inputs("Grant", "filter_phi/stewards") == {
        "function": "sales_governed.rules.filter_phi",
        "principal": "stewards",
        "privileges": ["EXECUTE"],
    }


def test_system_tables_are_switched_on_for_those_who_read_them(governed: Registered) -> None:
    """Who may read one of the schemas is let into the catalog too."""
    assert sorted(governed.of("SystemSchema")) == ["access", "billing"]
    grants = {name: one["inputs"] for name, one in governed.of("Grant").items() if name.startswith("system")}
    assert grants == {
        "system.access/stewards": {"schema": "system.access", "principal": "stewards", "privileges": ["SELECT", "USE_SCHEMA"]},
        "system.access/analysts": {"schema": "system.access", "principal": "analysts", "privileges": ["SELECT", "USE_SCHEMA"]},
        "system.billing/stewards": {
            "schema": "system.billing",
            "principal": "stewards",
            "privileges": ["SELECT", "USE_SCHEMA"],
        },
        "system/stewards": {"catalog": "system", "principal": "stewards", "privileges": ["USE_CATALOG"]},
        "system/analysts": {"catalog": "system", "principal": "analysts", "privileges": ["USE_CATALOG"]},
    }


def test_a_promise_of_freshness_is_watched(governed: Registered) -> None:
    """At the hour that it names, or as often as data has to be new; a schema's own word goes before its catalog's."""
    alerts = governed.of("AlertV2")
    daily, hourly = alerts["sales.profiles"]["inputs"], alerts["sales.gold"]["inputs"]

    assert sorted(alerts) == ["sales.gold", "sales.profiles", "sales.raw", "sales.rules"]
    assert daily["schedule"]["quartzCronSchedule"] == "0 0 6 * * ?"
    assert hourly["schedule"]["quartzCronSchedule"] == "0 0 * * * ?"
    assert hourly["queryText"].endswith("where table_schema = 'gold' and table_type <> 'VIEW'")
    assert [one["evaluation"]["threshold"]["value"]["doubleValue"] for one in (daily, hourly)] == [1440, 60]
    subscribers = [one["userEmail"] for one in hourly["evaluation"]["notification"]["subscriptions"]]
    assert subscribers == ["data@example.com", "stewards@example.com"]
