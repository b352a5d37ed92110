"""Metadata and rows agree, whatever moment the process was killed at."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from infra.emulator.sql import lookup
from infra.emulator.sql.errors import SqlError
from infra.emulator.sql.names import FullName
from infra.emulator.sql.reconcile import RowsMissing
from infra.emulator.sql.types.duck import same_in_duckdb
from infra.emulator.sql.types.wire import data_type
from infra.emulator.unity import dropped, registry
from infra.emulator.warehouses import lake, versions
from tests.emulator.sql.conftest import Lakehouse

#: Four sessions, each with its own tables, running statements for ever; a line is written before the first.
WORKLOAD = """
import itertools, random, sys, threading
from pathlib import Path
from infra.emulator.sql.errors import SqlError
from tests.emulator.sql.conftest import Lakehouse

EXPECTED = ("TABLE_OR_VIEW_NOT_FOUND", "TABLE_OR_VIEW_ALREADY_EXISTS", "DATATYPE_MISMATCH")
lakehouse = Lakehouse(Path(sys.argv[1]))
lakehouse.run("create schema if not exists dev.s", "use dev.s")

def work(number, seed):
    choose = random.Random(seed)
    session = lakehouse.open(lakehouse.admin)
    session.schema = "s"
    name, shape = f"t{number}", 0
    for step in itertools.count(choose.randrange(10**6) * 1000):
        values = f"select cast({step} as bigint) as batch, id from range(10)"
        statement = choose.choice([
            f"create or replace table {name} as {values}",
            f"create or replace table {name} as {values}",
            f"insert into {name} (batch, id) {values}",
            f"insert into {name} (batch, id) {values}",
            f"update {name} set batch = batch + 1",
            f"delete from {name} where batch % 3 = 0",
            f"merge into {name} t using ({values}) s on t.batch = s.batch"
            " when not matched then insert (batch, id) values (batch, id)",
            f"insert overwrite {name} by name {values}",
            f"alter table {name} add column c{step} int",
            f"alter table {name} set tblproperties ('step' = '{step}')",
            f"alter table {name} rename to {name}_away",
            f"alter table {name}_away rename to {name}",
            f"create or replace view v{number} as select batch, count(*) as n from {name} group by batch",
            f"create or replace materialized view m{number} as select * from {name}",
            f"refresh materialized view m{number}",
            f"drop table if exists {name}",
            f"create table if not exists {name} (batch bigint not null, id bigint)",
        ])
        try:
            session.execute(statement)
        except SqlError as error:
            if error.error_class not in EXPECTED:
                print(statement, error, file=sys.stderr, flush=True)

print("ready", flush=True)
for number in range(4):
    threading.Thread(target=work, args=(number, int(sys.argv[2]) * 10 + number)).start()
"""


def run_and_kill(folder: Path, seed: int, seconds: float) -> None:
    """Run the workload in a process of its own and kill it in the middle of statements."""
    command = [sys.executable, "-c", WORKLOAD, str(folder), str(seed)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(seconds)
    finally:
        process.send_signal(signal.SIGKILL)
        _, errors = process.communicate()
    assert errors == ""


def disagreements(lakehouse: Lakehouse) -> list[str]:
    """What metadata and rows do not agree on; empty is right."""
    workspace, found = lakehouse.workspace, []
    pointed = set()
    for key, document in workspace.store.list("table"):
        if document["physical"] is None:
            continue
        pointed.add(document["physical"])
        actual = workspace.lake.columns(document["physical"])
        described = document["columns"]
        if [column["name"] for column in described] != [name for name, _, _ in actual]:
            found.append(f"{key}: columns {[column['name'] for column in described]} {actual}")
        elif not all(same_in_duckdb(kind, data_type(column)) for column, (_, kind, _) in zip(described, actual, strict=True)):
            found.append(f"{key}: types")
        history = workspace.lake.history(document["table_id"])
        if [commit.version for commit in history] != list(range(len(history) - 1, -1, -1)):
            found.append(f"{key}: versions {[commit.version for commit in history]}")
        if "batch" in {column["name"] for column in described}:
            counts = lakehouse.run(f"select batch, count(*) % 10 from {key} group by batch")
            found += [f"{key}: half a batch {row}" for row in counts if row[1]]
            if document["table_type"] == "MANAGED":
                found += [f"{key}: {told}" for told in torn_versions(lakehouse, key, len(history))]
    for _, document in workspace.store.list("dropped_table"):
        pointed.add(document["relation"]["physical"])
    pointed.update(*versions.held(workspace.lake).values())
    if workspace.lake.physicals() != pointed:
        found.append(f"tables nobody points to: {workspace.lake.physicals() ^ pointed}")
    return found


def torn_versions(lakehouse: Lakehouse, table: str, count: int) -> list[str]:
    """Earlier versions that hold half of what a statement wrote."""
    relation = lookup.find(lakehouse.workspace, FullName(*table.split(".")))
    assert relation is not None
    found = []
    for number in range(count):
        described = versions.at(lakehouse.workspace.lake, relation, number).described
        if "batch" in {column["name"] for column in described["columns"]}:
            counts = lakehouse.run(f"select batch, count(*) % 10 from {table} version as of {number} group by batch")
            found += [f"half a batch {row} in version {number}" for row in counts if row[1]]
    return found


def test_a_process_killed_in_the_middle_of_statements_leaves_all_in_agreement(tmp_path: Path) -> None:
    """Again and again in the same folder, at moments that a seed chooses: columns, versions, whole batches, no orphans."""
    moments, done = random.Random(20), 0
    for seed in range(6):
        run_and_kill(tmp_path, seed, moments.uniform(0.02, 0.6))
        lakehouse = Lakehouse(tmp_path)
        try:
            assert disagreements(lakehouse) == []
            done += lakehouse.run("select count(*) from dev.information_schema.tables where table_schema = 's'")[0][0]
            assert lakehouse.run("create or replace table dev.s.probe as select 1 as a", "select a from dev.s.probe") == [(1,)]
        finally:
            lakehouse.close()
    assert done > 6


def test_what_a_kill_leaves_between_rows_and_metadata_is_mended(tmp_path: Path) -> None:
    """A new physical table without its document, rows altered before the document, a version that never was."""
    lakehouse = Lakehouse(tmp_path)
    lakehouse.run("create table dev.default.t as select 1 as id")
    document = lakehouse.workspace.store.get("table", "dev.default.t")
    assert document is not None
    physical = document["physical"]
    with lakehouse.workspace.lake.cursor() as cursor:
        cursor.execute(f"create table {lake.table('orphan')} as select 2 as id")
        lakehouse.workspace.lake.commit(cursor, document["table_id"], "orphan", "CREATE OR REPLACE TABLE", "x")
        cursor.execute(f"alter table {lake.table(physical)} add column added decimal(4,1)")
    lakehouse.close()
    again = Lakehouse(tmp_path)
    try:
        assert disagreements(again) == []
        assert again.run("describe dev.default.t") == [("id", "int", None), ("added", "decimal(4,1)", None)]
        assert [row[4] for row in again.run("describe history dev.default.t")] == ["CREATE TABLE AS SELECT"]
    finally:
        again.close()


def test_rows_that_are_gone_are_told_by_name(tmp_path: Path) -> None:
    """A folder put together from different times does not start as if nothing were."""
    lakehouse = Lakehouse(tmp_path)
    lakehouse.run("create table dev.default.t as select 1 as id")
    lakehouse.close()
    (tmp_path / "lake.duckdb").unlink()
    with pytest.raises(RowsMissing, match=r"dev\.default\.t"):
        Lakehouse(tmp_path)


def test_sessions_write_side_by_side(lakehouse: Lakehouse) -> None:
    """Four of them, to one table and to tables of their own, while others read: nothing is lost, no version twice."""
    lakehouse.run("create table t (who int, step int)")

    def work(who: int) -> list[str]:
        session = lakehouse.open(lakehouse.admin)
        failed = []
        for step in range(12):
            for statement in (
                f"insert into dev.s.t values ({who}, {step})",
                f"create or replace table dev.s.own{who} as select * from dev.s.t where who = {who}",
                f"create or replace view dev.s.seen{who} as select count(*) as n from dev.s.own{who}",
                f"select n from dev.s.seen{who}",
                f"update dev.s.t set step = step where who = {who}",
            ):
                try:
                    session.execute(statement)
                except SqlError as error:
                    failed.append(f"{statement}: {error}")
        session.close()
        return failed

    with ThreadPoolExecutor(4) as threads:
        failures = [line for found in threads.map(work, range(4)) for line in found]
    assert failures == []
    assert lakehouse.run("select who, count(*), count(distinct step) from t group by who order by who") == [
        (who, 12, 12) for who in range(4)
    ]
    assert [row[0] for row in lakehouse.run("describe history t")] == list(range(96, -1, -1))


def test_what_a_running_statement_may_read_is_dropped_when_it_has_ended(lakehouse: Lakehouse) -> None:
    """The rows that a refresh has replaced stay for those who began before."""
    lakehouse.run("create table t as select 1 as id", "create materialized view m as select id from t")
    document = lakehouse.workspace.store.get("table", "dev.s.m")
    assert document is not None
    with lakehouse.workspace.lake.statement():
        lakehouse.run("refresh materialized view m")
        assert document["physical"] in lakehouse.workspace.lake.physicals()
    assert document["physical"] not in lakehouse.workspace.lake.physicals()


def test_a_dropped_schema_takes_its_rows_along(lakehouse: Lakehouse) -> None:
    """Once its tables can no longer come back; by SQL and by the REST API's operation alike."""
    lakehouse.run("create schema dev.gone", "create table dev.gone.t as select 1 as id")
    document = lakehouse.workspace.store.get("table", "dev.gone.t")
    assert document is not None
    registry.drop(lakehouse.workspace, "schema", "dev.gone", force=True)
    assert document["physical"] in lakehouse.workspace.lake.physicals()
    lakehouse.workspace.clock.offset = 8 * 24 * 3600.0
    dropped.purge(lakehouse.workspace)
    lakehouse.workspace.clock.offset = 0.0
    assert document["physical"] not in lakehouse.workspace.lake.physicals()
