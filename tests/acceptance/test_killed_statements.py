"""A workspace killed with SIGKILL while statements run: metadata and rows agree after the next start, and nothing is lost.

Each writer works on tables of its own and remembers what was acknowledged. What was under way at the kill may be there or
not, whole; what was acknowledged must be there.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests

pytestmark = pytest.mark.xdist_group("killed")

ROUNDS = int(os.environ.get("LAKESTEAD_KILLS", "4"))
WRITERS = 3


class Server:
    """`python -m infra.emulator` on a folder, started and killed again and again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process: subprocess.Popen[str] | None = None
        self.warehouse = ""

    def start(self) -> None:
        command = [sys.executable, "-m", "infra.emulator", "--dir", str(self.folder), "--port", "0"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert "http://127.0.0.1:" in line, line
        self.host = json.loads((self.folder / "server.json").read_text())["host"]
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {(self.folder / 'token').read_text().strip()}"

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.session.close()

    def post(self, path: str, body: dict[str, str | int]) -> dict[str, object]:
        answer = self.session.post(f"{self.host}{path}", data=json.dumps(body), timeout=60)
        answer.raise_for_status()
        return dict(answer.json())

    def rows(self, statement: str) -> list[list[str]]:
        """The statement's rows; raises for one that fails."""
        answer = self.post(
            "/api/2.0/sql/statements", {"statement": statement, "warehouse_id": self.warehouse, "wait_timeout": "50s"}
        )
        status = answer["status"]
        assert isinstance(status, dict)
        if status["state"] != "SUCCEEDED":
            raise AssertionError(f"{statement}: {status}")
        result = answer.get("result") or {}
        assert isinstance(result, dict)
        return list(result.get("data_array") or [])


@dataclass
class Table:
    """What a writer knows of its table: rows acknowledged, those of the statement under way, columns acknowledged."""

    name: str
    rows: int = 0
    pending_rows: int = 0
    columns: int = 1
    pending_columns: int = 0
    history: list[str] = field(default_factory=list)


def write(server: Server, table: Table, seed: int) -> None:
    """Statements of every kind until the server is gone; each inserts or removes two rows, so a count is always even."""
    chance = random.Random(seed)
    try:
        while True:
            kind = chance.choice(["insert", "insert", "merge", "column", "replace"])
            if kind == "column":
                table.pending_columns = 1
                server.rows(f"alter table {table.name} add column c{table.columns} string comment 'number {table.columns}'")
                table.columns, table.pending_columns = table.columns + 1, 0
            elif kind == "replace":
                extra = "".join(f", c{number}" for number in range(1, table.columns))
                server.rows(f"create or replace table {table.name} as select id{extra} from {table.name}")
            elif kind == "insert":
                table.pending_rows = 2
                server.rows(f"insert into {table.name} (id) values ({table.rows}), ({table.rows + 1})")
                table.rows, table.pending_rows = table.rows + 2, 0
            else:
                table.pending_rows = 2
                server.rows(
                    f"merge into {table.name} t using (select explode(array({table.rows}, {table.rows + 1})) as id) s"
                    " on t.id = s.id when matched then update set t.id = s.id when not matched then insert (id) values (s.id)"
                )
                table.rows, table.pending_rows = table.rows + 2, 0
            table.history.append(kind)
    except (requests.RequestException, ValueError):
        return  # killed


def check(server: Server, table: Table) -> None:
    """Rows and columns are those that were acknowledged, or with what was under way; all descriptions of them agree."""
    ((count,),) = server.rows(f"select count(*) from {table.name}")
    assert int(count) in {table.rows, table.rows + table.pending_rows}, table
    described = [row[0] for row in server.rows(f"describe table {table.name}")]
    assert len(described) in {table.columns, table.columns + table.pending_columns}, table
    listed = server.session.get(f"{server.host}/api/2.1/unity-catalog/tables/{table.name}", timeout=60).json()
    assert [column["name"] for column in listed["columns"]] == described
    schema, name = table.name.split(".")[1:]
    seen = server.rows(
        "select column_name from crash.information_schema.columns"
        f" where table_schema = '{schema}' and table_name = '{name}' order by ordinal_position"
    )
    assert [row[0] for row in seen] == described
    rows = server.rows(f"select * from {table.name} order by id")
    assert [int(row[0]) for row in rows] == list(range(int(count)))
    assert all(len(row) == len(described) for row in rows)
    table.rows, table.pending_rows, table.columns, table.pending_columns = int(count), 0, len(described), 0


def test_rows_and_metadata_agree_after_kills_in_the_middle_of_statements(tmp_path: Path) -> None:
    """After each kill, every acknowledged statement holds, and the others hold whole or not at all."""
    server = Server(tmp_path / "workspace")
    server.start()
    tables = [Table(f"crash.here.t{number}") for number in range(WRITERS)]
    try:
        made = server.post(
            "/api/2.0/sql/warehouses",
            {"name": "crash", "cluster_size": "2X-Small", "max_num_clusters": 1, "warehouse_type": "PRO"},
        )
        server.warehouse = str(made["id"])
        server.rows("create catalog crash")
        server.rows("create schema crash.here")
        for table in tables:
            server.rows(f"create table {table.name} (id bigint)")
        for number in range(ROUNDS):
            writers = [
                threading.Thread(target=write, args=(server, table, number * 100 + index)) for index, table in enumerate(tables)
            ]
            for writer in writers:
                writer.start()
            time.sleep(random.Random(number).uniform(0.2, 1.2))  # when the kill comes is what varies
            server.kill()
            for writer in writers:
                writer.join()
            server.start()
            for table in tables:
                check(server, table)
    finally:
        server.kill()
    assert sum(len(table.history) for table in tables) > ROUNDS * WRITERS
