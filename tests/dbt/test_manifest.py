"""dbt's own reading of the project: layers, schemas, materializations, grants, keys."""

import pytest

from tests.dbt.conftest import Manifest

LAYERS = {"bronze": 4, "silver": 4, "gold": 3}
READS = {"bronze": {"seed"}, "silver": {"bronze", "silver"}, "gold": {"silver", "gold"}}
SNAPSHOT = "snapshot.lakestead.snap_users"


def layer(unique_id: str, manifest: Manifest) -> str:
    node = manifest.nodes[unique_id]
    return "seed" if node["resource_type"] == "seed" else str(node["fqn"][2])


@pytest.mark.parametrize(("name", "models"), LAYERS.items())
def test_a_layer_is_a_schema_a_folder_and_a_tag(manifests: dict[str, Manifest], name: str, models: int) -> None:
    """Each layer's models go to the schema of its name, unprefixed, and are selected by folder and by tag alike."""
    nodes = manifests["local"].of("model").values()
    by_folder = {node["name"] for node in nodes if node["fqn"][1:3] == ["streaming", name]}
    by_schema = {node["name"] for node in nodes if node["schema"] == name}
    by_tag = {node["name"] for node in nodes if node["tags"] == [name]}
    assert len(by_folder) == models
    assert by_folder == by_schema == by_tag


def test_seeds_and_snapshots_have_schemas_of_their_own(manifests: dict[str, Manifest]) -> None:
    """Seeds land in `raw`, the snapshot in `snapshots`."""
    manifest = manifests["local"]
    assert {node["schema"] for node in manifest.of("seed").values()} == {"raw"}
    assert manifest.nodes[SNAPSHOT]["schema"] == "snapshots"
    assert manifest.nodes[SNAPSHOT]["depends_on"]["nodes"] == ["model.lakestead.silver_users"]


def test_each_layer_reads_only_the_one_before(manifests: dict[str, Manifest]) -> None:
    """Bronze reads seeds, silver reads bronze, gold reads silver; within silver and gold models may build on each other."""
    manifest = manifests["local"]
    for node in manifest.of("model").values():
        read = {layer(parent, manifest) for parent in node["depends_on"]["nodes"]}
        assert read <= READS[node["schema"]], node["name"]


@pytest.mark.parametrize(("run", "expected"), [("local", "view"), ("prod", "table")])
def test_models_are_views_where_people_develop(manifests: dict[str, Manifest], run: str, expected: str) -> None:
    """The environment, or the target's name without one, decides between views and tables for all models at once."""
    models = manifests[run].of("model").values()
    assert {node["config"]["materialized"] for node in models} == {expected}


def test_a_strategy_makes_the_facts_of_watches_incremental(manifests: dict[str, Manifest]) -> None:
    """With an incremental strategy fct_watches takes new rows only, and no other model changes its kind."""
    kinds = {name: node["config"]["materialized"] for name, node in manifests["merging"].of("model").items()}
    assert {name for name, kind in kinds.items() if kind == "incremental"} == {"fct_watches"}
    assert {kind for name, kind in kinds.items() if name != "fct_watches"} == {"table"}


def test_a_model_takes_only_layout_columns_that_it_has(manifests: dict[str, Manifest]) -> None:
    """Of the columns that the environment names the model's own remain; clustering rules out partitions and z-order."""
    config = manifests["merging"].of("model")["fct_watches"]["config"]
    assert config["liquid_clustered_by"] == ["user_id"]
    assert config["partition_by"] is None
    assert config.get("zorder") is None


def test_partitions_and_zorder_hold_without_clustering(manifests: dict[str, Manifest]) -> None:
    """An environment that names no clustering column gets its partitions and its z-order."""
    config = manifests["prod"].of("model")["fct_watches"]["config"]
    assert config["liquid_clustered_by"] is None
    assert config["partition_by"] == ["watched_month"]
    assert config["zorder"] == ["watched_on"]


def test_tables_bear_the_properties_of_their_schema(manifests: dict[str, Manifest]) -> None:
    """What the environment says of a schema's tables reaches the models of that schema alone; left out, nothing does."""
    said = {name: node["config"]["tblproperties"] for name, node in manifests["merging"].of("model").items()}
    silver = {name for name, node in manifests["merging"].of("model").items() if node["schema"] == "silver"}

    assert {name for name, properties in said.items() if properties == {"lakestead.pii_level": "high"}} == silver
    assert {name for name, properties in said.items() if properties == {}} == said.keys() - silver
    assert {str(node["config"]["tblproperties"]) for node in manifests["local"].of("model").values()} == {"{}"}


@pytest.mark.parametrize(("run", "readers"), [("local", ["analysts"]), ("prod", ["readers"]), ("merging", [])])
def test_only_gold_is_granted(manifests: dict[str, Manifest], run: str, readers: list[str]) -> None:
    """Gold is granted to the analysts' group that the environment names, to nobody when it names none; the rest never."""
    for name, node in manifests[run].of("model").items():
        expected = {"select": readers} if node["schema"] == "gold" else {}
        assert node["config"]["grants"] == expected, name
    assert manifests[run].nodes[SNAPSHOT]["config"]["grants"] == {}


def test_each_model_states_its_grain_and_tests_its_key(manifests: dict[str, Manifest]) -> None:
    """A description names the grain, one column is both unique and not null, every column is described."""
    manifest = manifests["local"]
    for unique_id, node in manifest.nodes.items():
        if node["resource_type"] not in {"model", "snapshot"}:
            continue
        assert "Grain: one row per " in node["description"], unique_id
        keys = [column for column in node["columns"] if {"unique", "not_null"} <= manifest.tests_of(column, unique_id)]
        assert keys, f"{unique_id} has no column that is tested as unique and not null"
        assert all(column["description"] for column in node["columns"].values()), unique_id


def test_bronze_adds_its_audit_columns(manifests: dict[str, Manifest]) -> None:
    """Each bronze model documents when a row was loaded, from where, and its hash."""
    for name, node in manifests["local"].of("model").items():
        if node["schema"] == "bronze":
            assert {"_loaded_at", "_source", "_row_hash"} <= set(node["columns"]), name


def test_personal_data_stays_out_of_gold(manifests: dict[str, Manifest]) -> None:
    """What is marked as personal is in bronze and silver only."""
    marked = {
        (node["schema"], column["name"])
        for node in manifests["local"].of("model").values()
        for column in node["columns"].values()
        if column["config"].get("meta", {}).get("pii")
    }
    assert marked == {("bronze", "name"), ("bronze", "email"), ("silver", "user_name"), ("silver", "email")}
    gold = [node["columns"] for node in manifests["local"].of("model").values() if node["schema"] == "gold"]
    assert not {"name", "user_name", "email"} & {column for columns in gold for column in columns}


def test_the_singular_tests_and_the_unit_tests_are_there(manifests: dict[str, Manifest]) -> None:
    """Four assertions over the data, and unit tests of the models with the most logic."""
    manifest = manifests["local"]
    singular = {name for name, node in manifest.of("test").items() if "test_metadata" not in node}
    assert singular == {
        "assert_completed_watches_have_ratings",
        "assert_completion_pct_valid",
        "assert_fct_watches_valid_ratings",
        "assert_ratings_valid_range",
    }
    assert {node["model"] for node in manifest.of("unit_test").values()} == {
        "silver_users",
        "silver_watches",
        "fct_watches",
    }
