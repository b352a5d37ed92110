"""Tables: made, replaced, altered, cloned, dropped; what their documents then say."""

from __future__ import annotations

import json

import pytest

from infra.emulator.sql.errors import SqlError
from tests.emulator.sql.conftest import Lakehouse


def fails(lakehouse: Lakehouse, statement: str) -> str:
    """The error class of a statement that fails."""
    with pytest.raises(SqlError) as raised:
        lakehouse.run(statement)
    return raised.value.error_class


def test_a_table_keeps_what_its_definition_says(lakehouse: Lakehouse) -> None:
    """Comments with quotes, nullability, properties, keys, clustering, defaults are in the document."""
    lakehouse.run(
        "create table t (`id` bigint not null comment 'it\\'s the key', amount decimal(10,2) default 0, at timestamp,"
        " constraint t_pk primary key (id)) using delta cluster by (id) comment 'a \"table\"'"
        " tblproperties ('quality' = 'gold')"
    )
    document = lakehouse.workspace.store.get("table", "dev.s.t")
    assert document is not None
    assert [
        document["columns"][0]["comment"],
        document["comment"],
        document["properties"],
        document["clustering_columns"],
        document["constraints"][0]["type"],
    ] == ["it's the key", 'a "table"', {"quality": "gold"}, ["id"], "PRIMARY KEY"]
    assert [(column["name"], column["type_text"], column["nullable"]) for column in document["columns"]] == [
        ("id", "bigint", False),
        ("amount", "decimal(10,2)", True),
        ("at", "timestamp", True),
    ]


def test_a_replaced_table_keeps_identity_grants_and_history(lakehouse: Lakehouse) -> None:
    """CREATE OR REPLACE changes columns and rows; id, owner, tags, grants and earlier versions stay."""
    lakehouse.person("ann@example.com")
    lakehouse.run(
        "create table t as select 1 as id", "grant select on t to `ann@example.com`", "alter table t set tags ('a' = 'b')"
    )
    before = lakehouse.workspace.store.get("table", "dev.s.t")
    lakehouse.run("create or replace table t as select 'x' as name, 2 as id")
    after = lakehouse.workspace.store.get("table", "dev.s.t")
    assert before is not None
    assert after is not None
    assert [before["table_id"], {"a": "b"}] == [after["table_id"], after["tags"]]
    assert before["physical"] != after["physical"]
    assert lakehouse.run("select * from t") == [("x", 2)]
    assert [row[:2] for row in lakehouse.run("show grants on t")] == [("ann@example.com", "SELECT")]
    assert [(row[0], row[4]) for row in lakehouse.run("describe history t")] == [
        (1, "CREATE OR REPLACE TABLE AS SELECT"),
        (0, "CREATE TABLE AS SELECT"),
    ]


def test_a_renamed_table_keeps_rows_grants_and_history(lakehouse: Lakehouse) -> None:
    """A rename is metadata alone."""
    lakehouse.run("create table t as select 1 as id")
    before = lakehouse.workspace.store.get("table", "dev.s.t")
    lakehouse.run("alter table t rename to dev.s.u")
    after = lakehouse.workspace.store.get("table", "dev.s.u")
    assert before is not None
    assert after is not None
    assert ([(1,)], before["physical"]) == (lakehouse.run("select * from u"), after["physical"])
    assert fails(lakehouse, "select * from t") == "TABLE_OR_VIEW_NOT_FOUND"


def test_columns_are_added_dropped_renamed_moved_and_widened(lakehouse: Lakehouse) -> None:
    """Rows keep their values, keys and clusters follow a renamed column."""
    lakehouse.run(
        "create table t (id int not null, v string, constraint pk primary key (id)) cluster by (id)",
        "insert into t values (1, 'a')",
        "alter table t add columns (x decimal(4,1) comment 'new' after id, y array<int>)",
        "alter table `t`ALTER COLUMN `id` type bigint",
        "alter table t rename column id to key",
        "alter table t drop column v",
        "alter table t alter column y first",
    )
    assert lakehouse.run("select * from t") == [(None, 1, None)]
    assert [row[:2] for row in lakehouse.run("describe t")][:3] == [
        ("y", "array<int>"),
        ("key", "bigint"),
        ("x", "decimal(4,1)"),
    ]
    document = lakehouse.workspace.store.get("table", "dev.s.t")
    assert document is not None
    assert [document["clustering_columns"], document["constraints"][0]["columns"]] == [["key"], ["key"]]


@pytest.mark.parametrize(
    ("statement", "error_class"),
    [
        ("create table t (id int)", "TABLE_OR_VIEW_ALREADY_EXISTS"),
        ("create table nowhere.t (id int)", "SCHEMA_NOT_FOUND"),
        ("create table nocatalog.s.t (id int)", "NO_SUCH_CATALOG_EXCEPTION"),
        ("create or replace view t as select 1 as a", "EXPECT_VIEW_NOT_TABLE.NO_ALTERNATIVE"),
        ("drop view t", "WRONG_COMMAND_FOR_OBJECT_TYPE"),
        ("drop table nothing", "TABLE_OR_VIEW_NOT_FOUND"),
        ("create table u as select 1 as a, 2 as A", "COLUMN_ALREADY_EXISTS"),
        ("create table u as select 1 + 1", "DELTA_INVALID_CHARACTERS_IN_COLUMN_NAMES"),
        ("create table u (id int) using parquet", "UNSUPPORTED_FEATURE"),
        ("create table u (id int, primary key (id))", "DELTA_PRIMARY_KEY_COLUMN_NULLABLE"),
        ("create table u (id blob)", "UNSUPPORTED_DATATYPE"),
        ("create table u (id decimal(40, 2))", "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION"),
        ("create table u (id int) partitioned by (zz)", "COLUMN_NOT_DEFINED_IN_TABLE"),
        ("alter table t add column id string", "FIELD_ALREADY_EXISTS"),
        ("alter table t drop column zz", "FIELD_NOT_FOUND"),
        ("alter table t alter column id type string", "DELTA_UNSUPPORTED_ALTER_TABLE_CHANGE_COL_OP"),
        ("alter table t set serdeproperties ('a' = 'b')", "UNSUPPORTED_FEATURE"),
        ("select * from t version as of 9", "DELTA_VERSION_NOT_FOUND"),
        ("copy into t from '/x'", "UNSUPPORTED_FEATURE"),
        ("fsck repair table t", "UNSUPPORTED_FEATURE"),
        ("selct 1", "PARSE_SYNTAX_ERROR"),
        ("create table", "PARSE_SYNTAX_ERROR"),
        ("select 1; select 2", "PARSE_SYNTAX_ERROR"),
        (" -- nothing", "PARSE_EMPTY_STATEMENT"),
        ("select * from read_csv('/etc/passwd')", "UNSUPPORTED_FEATURE"),
        ("select * from duckdb_tables()", "UNSUPPORTED_FEATURE"),
        ("select * from lake.data.t", "TABLE_OR_VIEW_NOT_FOUND"),
        ("attach 'x' as y", "PARSE_SYNTAX_ERROR"),
        ("pragma version", "PARSE_SYNTAX_ERROR"),
        ("install httpfs", "PARSE_SYNTAX_ERROR"),
    ],
)
def test_what_cannot_be_is_refused_by_its_error_class(lakehouse: Lakehouse, statement: str, error_class: str) -> None:
    """Nothing passes in silence, and nothing of DuckDB's own can be reached."""
    lakehouse.run("create table t (id int)")
    assert error_class == fails(lakehouse, statement)


def test_if_exists_and_if_not_exists_tolerate(lakehouse: Lakehouse) -> None:
    """Nothing happens to what is there, or is not."""
    lakehouse.run(
        "create table t as select 1 as id",
        "create table if not exists t as select 2 as id",
        "drop table if exists nothing",
        "create schema if not exists dev.s",
    )
    assert lakehouse.run("select * from t") == [(1,)]


def test_a_clone_has_rows_and_properties_of_its_source(lakehouse: Lakehouse) -> None:
    """Changes of the source do not reach it."""
    lakehouse.run(
        "create table t (id int comment 'c') tblproperties ('a' = 'b')",
        "insert into t values (1)",
        "create or replace table u shallow clone t",
        "insert into t values (2)",
        "create table w like t",
    )
    document = lakehouse.workspace.store.get("table", "dev.s.u")
    assert document is not None
    assert (
        lakehouse.run("select * from u"),
        lakehouse.run("select * from w"),
        document["table_type"],
        document["properties"],
    ) == ([(1,)], [], "MANAGED_SHALLOW_CLONE", {"a": "b"})


def test_generated_identity_and_default_columns_fill_themselves(lakehouse: Lakehouse) -> None:
    """Identities go on after the highest; a value for an ALWAYS identity is refused."""
    lakehouse.run(
        "create table t (id bigint generated always as identity (start with 10 increment by 5), v string default 'none',"
        " n int, double int generated always as (n * 2))",
        "insert into t (n) values (1), (2)",
        "insert into t (v, n) values ('x', 3)",
    )
    assert lakehouse.run("select * from t order by id") == [(10, "none", 1, 2), (15, "none", 2, 4), (20, "x", 3, 6)]
    assert fails(lakehouse, "insert into t (id, n) values (1, 1)") == "DELTA_IDENTITY_COLUMNS_EXPLICIT_INSERT_NOT_SUPPORTED"


def test_constraints_hold_on_every_write(lakehouse: Lakehouse) -> None:
    """CHECK, NOT NULL and the length of a varchar; a refused write leaves the rows and the version as they were."""
    lakehouse.run(
        "create table t (id int not null, name varchar(3))",
        "insert into t values (1, 'abc')",
        "alter table t add constraint positive check (id > 0)",
    )
    before = lakehouse.run("describe history t")[0][0]
    assert [
        fails(lakehouse, "insert into t values (-1, 'a')"),
        fails(lakehouse, "update t set id = -id"),
        fails(lakehouse, "insert into t values (null, 'a')"),
        fails(lakehouse, "insert into t values (2, 'abcd')"),
        fails(lakehouse, "alter table t add constraint big check (id > 5)"),
        fails(lakehouse, "alter table t add constraint positive check (id > -5)"),
    ] == [
        "DELTA_VIOLATE_CONSTRAINT_WITH_VALUES",
        "DELTA_VIOLATE_CONSTRAINT_WITH_VALUES",
        "DELTA_NOT_NULL_CONSTRAINT_VIOLATED",
        "DELTA_EXCEED_CHAR_VARCHAR_LIMIT",
        "DELTA_NEW_CHECK_CONSTRAINT_VIOLATION",
        "DELTA_CONSTRAINT_ALREADY_EXISTS",
    ]
    assert ([(1, "abc")], before) == (lakehouse.run("select * from t"), lakehouse.run("describe history t")[0][0])
    lakehouse.run("alter table t drop constraint positive", "insert into t values (-1, 'a')")
    assert lakehouse.run("select count(*) from t") == [(2,)]


def test_describe_as_json_is_what_dbt_reads(lakehouse: Lakehouse) -> None:
    """Types as objects, keys as one text, owner, comment, provider."""
    lakehouse.run(
        "create table p (id bigint not null, constraint p_pk primary key (id))",
        "create table t (id bigint comment 'c', d decimal(10,2), a array<struct<x:int>>,"
        " constraint t_fk foreign key (id) references p) comment 'hello'",
    )
    [(text,)] = lakehouse.run("describe table extended t as json")
    body = json.loads(text)
    assert {
        "table_name": "t", "catalog_name": "dev", "schema_name": "s", "type": "MANAGED", "comment": "hello",
        "provider": "delta",
        "table_constraints": "[(t_fk,FOREIGN KEY (`id`) REFERENCES `dev`.`s`.`p` (`id`))]",
    }.items() <= body.items()  # fmt: skip
    assert body["columns"][:2] == [
        {"name": "id", "type": {"name": "bigint"}, "nullable": True, "comment": "c"},
        {"name": "d", "type": {"name": "decimal", "precision": 10, "scale": 2}, "nullable": True},
    ]


def test_show_create_table_makes_the_same_table_again(lakehouse: Lakehouse) -> None:
    """Columns, keys, comments with quotes and properties come back."""
    lakehouse.run(
        "create table t (id bigint not null comment 'it\\'s', v string default 'x', constraint pk primary key (id))"
        " cluster by (id) comment 'c\\'c' tblproperties ('a' = 'b')"
    )
    [(statement,)] = lakehouse.run("show create table t")
    lakehouse.run("drop table t", statement)
    assert [(statement,)] == lakehouse.run("show create table t")


def test_show_lists_what_is_there(lakehouse: Lakehouse) -> None:
    """Patterns of SHOW, and views apart from tables."""
    lakehouse.run("create table orders_a (id int)", "create table orders_b (id int)", "create view v as select 1 as a")
    assert lakehouse.run("show tables in dev.s like 'orders*'") == [("s", "orders_a", False), ("s", "orders_b", False)]
    assert lakehouse.run("show views in dev.s") == [("s", "v", False, False)]
    assert lakehouse.run("show schemas in dev like 's'") == [("s",)]
    assert lakehouse.run("show columns in orders_a") == [("id",)]
    assert lakehouse.run("alter table orders_a set tblproperties ('a' = 'b')", "show tblproperties orders_a ('a')") == [
        ("a", "b")
    ]


def test_information_schema_follows_the_metadata(lakehouse: Lakehouse) -> None:
    """Tables, columns, tags and keys, also joined with each other, also through system."""
    lakehouse.run(
        "create table t (id bigint not null comment 'c', constraint pk primary key (id)) comment 'tc'",
        "alter table t set tags ('layer' = 'gold')",
        "alter table t alter column id set tags ('pii' = 'no')",
        "create view v as select id from t",
    )
    assert lakehouse.run(
        "select table_name, table_type, data_source_format, comment from system.information_schema.tables"
        " where table_catalog = 'dev' and table_schema = 's' order by 1"
    ) == [("t", "MANAGED", "DELTA", "tc"), ("v", "VIEW", "UNKNOWN_DATA_SOURCE_FORMAT", None)]
    assert lakehouse.run(
        "select c.table_name, c.column_name, t.tag_name, k.tag_name, u.constraint_name from dev.information_schema.columns c"
        " join dev.information_schema.table_tags t on c.table_name = t.table_name and t.schema_name = 's'"
        " join dev.information_schema.column_tags k on k.column_name = c.column_name and k.schema_name = 's'"
        " join dev.information_schema.key_column_usage u on u.table_name = c.table_name and u.table_schema = 's'"
        " where c.table_schema = 's'"
    ) == [("t", "id", "layer", "pii", "pk")]
    assert lakehouse.run(
        "select is_nullable from dev.information_schema.columns where table_schema = 's' and table_name = 't'"
    ) == [("NO",)]
