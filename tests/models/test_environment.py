"""What an environment answers about itself."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from pydantic import ValidationError

from infra.models import Environment, environment_names, load_environment
from tests.models.conftest import Write

FOLDER = Path(__file__).parents[2] / "environments"

SOUND = """
workspace: {emulator: .lakestead/workspace}
protect: true
identities:
  service_principals: {runner: {}, loader: {name: The loader}}
  groups:
    analysts: {members: [runner]}
    everyone: {members: [analysts]}
  roles: {reader: [USE_SCHEMA, SELECT]}
catalogs:
  streaming:
    schemas:
      gold: {volumes: {files: {protect: true}, drafts: {}}, protect: false}
  sports: {name: our_sports, protect: false}
warehouses:
  etl: {size: Small, permissions: {everyone: CAN_USE}}
dbt:
  catalog: streaming
  schema: gold
  vars: {lookback_days: 45, regions: [north, south]}
jobs:
  daily: {warehouse: etl, run_as: runner, tasks: {run: {run: [dbt run]}}}
"""


@pytest.fixture
def sound(write: Write) -> Environment:
    return load_environment("my-own", write(**{"my-own": SOUND}))


def test_every_environment_of_the_project_is_sound() -> None:
    """Each one loads with no variable set, and bears its file's name."""
    names = environment_names(FOLDER)

    assert names == ["dev", "dr", "local", "pr", "prod", "staging"]
    assert names == [load_environment(name, FOLDER).name for name in names]


def test_all_environments_load_within_a_second() -> None:
    """Of this process's time, imports left out."""
    begun = time.process_time()
    for name in environment_names(FOLDER):
        load_environment(name, FOLDER)

    assert time.process_time() - begun < 1


def test_only_prod_and_what_stands_in_for_it_are_protected() -> None:
    """Data in production is not removed by a change of the file; elsewhere it goes with its schema."""
    assert [name for name in environment_names(FOLDER) if load_environment(name, FOLDER).protect] == ["dr", "prod"]


def test_warehouses_grow_from_dev_to_prod() -> None:
    """The size of the warehouse that dbt runs on is what an environment is sized by."""
    sizes = [load_environment(name, FOLDER).warehouses["etl"].size for name in ("local", "dev", "staging", "prod")]

    assert sizes == ["2X-Small", "2X-Small", "X-Small", "Large"]


def test_names_end_in_the_environment(sound: Environment) -> None:
    """Two environments can share a workspace; catalogs take an underscore, since their names stand in SQL."""
    names = (sound.catalog_name("streaming"), sound.warehouse_name("etl"), sound.service_principal_name("runner"))

    assert names == ("streaming_my_own", "etl-my-own", "runner-my-own")
    assert sound.job_name("daily") == "daily-my-own"


def test_a_name_of_its_own_wins(sound: Environment) -> None:
    """`name:` is taken as it is; groups are the account's and keep theirs."""
    names = (sound.catalog_name("sports"), sound.service_principal_name("loader"), sound.group_name("analysts"))

    assert names == ("our_sports", "The loader", "analysts")


def test_the_innermost_word_on_protection_counts(sound: Environment) -> None:
    """Environment, catalog, schema, volume: each may say otherwise than what is around it."""
    streaming, sports = sound.catalogs["streaming"], sound.catalogs["sports"]
    gold = streaming.schemas["gold"]

    assert (sound.protects(streaming), sound.protects(sports)) == (True, False)
    assert False is sound.protects(streaming, gold)
    assert tuple(sound.protects(streaming, gold, gold.volumes[key]) for key in ("files", "drafts")) == (True, False)


def test_roles_are_spelt_out_once(sound: Environment) -> None:
    """A role and a privilege of it together come to the role's privileges, sorted."""
    assert sound.identities.privileges(("reader", "SELECT", "MODIFY")) == ("MODIFY", "SELECT", "USE_SCHEMA")


def test_membership_goes_through_groups(sound: Environment) -> None:
    """A member of a group is in all groups that this group is in; that is why the job may use its warehouse."""
    assert {"analysts", "everyone"} == sound.identities.groups_of("runner")


def test_dbt_always_knows_its_environment(sound: Environment) -> None:
    """The variables of the file and the environment's name reach every dbt run."""
    assert sound.dbt_vars() == {"lookback_days": 45, "regions": ("north", "south"), "environment": "my-own"}


def test_the_dbt_target_is_the_environment_unless_said(sound: Environment, write: Write) -> None:
    """`target.name` in a project says where it runs."""
    other = load_environment("other", write(other=SOUND.replace("schema: gold", "schema: gold\n  target: live")))

    assert (sound.dbt.target if sound.dbt else None) == "my-own"
    assert (other.dbt.target if other.dbt else None) == "live"


def test_an_environment_is_frozen(sound: Environment) -> None:
    """Nothing changes an environment once it has been judged."""
    with pytest.raises(ValidationError, match="frozen"):
        sound.warehouses["etl"].size = "Large"


def test_models_load_without_pulumi_and_without_an_sdk() -> None:
    """Whoever validates a file waits for neither."""
    script = "import sys, infra.models; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()

    assert [name for name in ("pulumi", "pulumi_databricks", "databricks", "grpc", "dbt") if name in loaded] == []
