"""`--diff`: the lines that Pulumi CLI 3.259 printed for the same programs and the same provider."""

from __future__ import annotations

from textwrap import dedent

import pytest

from infra.engine.diff_lines import properties
from infra.engine.display import Display, Shown
from infra.engine.property_diff import changes, keys_by_sign
from infra.engine.values import SECRET_SIGNATURE, SIGNATURE_KEY, UNKNOWN_STRING
from tests.engine.bench import Bench

PROGRAM = """
g = Group("g", size=1)
a = Thing("a", size={gen}, password=pulumi.Output.secret("hush"), opts=ResourceOptions(parent=g))
b = Thing("b", name="b{gen}", up=a.serial)
c = Thing("c", name="c{gen}", fixed=True, nested={{"x": [1, {gen}]}}, opts=ResourceOptions(depends_on=[b]))
if {gen} == 1: Thing("d", size=3, opts=ResourceOptions(depends_on=[c]))
if {gen} == 2: Thing("e", size=3, opts=ResourceOptions(depends_on=[c]))
"""
FIRST = """\
Previewing update (dev):
+ pulumi:pulumi:Stack: (create)
    [urn=urn:pulumi:dev::bench::pulumi:pulumi:Stack::bench-dev]
    + test:index:Group: (create)
        [urn=urn:pulumi:dev::bench::test:index:Group::g]
        size: 1
        + test:index:Thing: (create)
            [urn=urn:pulumi:dev::bench::test:index:Group$test:index:Thing::a]
            password: [secret]
            size    : 1
    + test:index:Thing: (create)
        [urn=urn:pulumi:dev::bench::test:index:Thing::b]
        name: "b1"
        up  : [unknown]
    + test:index:Thing: (create)
        [urn=urn:pulumi:dev::bench::test:index:Thing::c]
        fixed : true
        name  : "c1"
        nested: {
            x: [
                [0]: 1
                [1]: 1
            ]
        }
    + test:index:Thing: (create)
        [urn=urn:pulumi:dev::bench::test:index:Thing::d]
        size: 3
Resources:
    + 6 to create
"""
SECOND = """\
Previewing update (dev):
  pulumi:pulumi:Stack: (same)
    [urn=urn:pulumi:dev::bench::pulumi:pulumi:Stack::bench-dev]
    ~ test:index:Thing: (update)
        [id=a]
        [urn=urn:pulumi:dev::bench::test:index:Group$test:index:Thing::a]
      ~ size: 1 => 2
    +-test:index:Thing: (replace)
        [id=b1]
        [urn=urn:pulumi:dev::bench::test:index:Thing::b]
      ~ name: "b1" => "b2"
    +-test:index:Thing: (replace)
        [id=c1]
        [urn=urn:pulumi:dev::bench::test:index:Thing::c]
      ~ name  : "c1" => "c2"
      ~ nested: {
          ~ x: [
                [0]: 1
              ~ [1]: 1 => 2
            ]
        }
    + test:index:Thing: (create)
        [urn=urn:pulumi:dev::bench::test:index:Thing::e]
        size: 3
    - test:index:Thing: (delete)
        [id=d]
        [urn=urn:pulumi:dev::bench::test:index:Thing::d]
        size: 3
Resources:
    + 1 to create
    ~ 1 to update
    - 1 to delete
    +-2 to replace
    5 changes. 2 unchanged
"""


def told(bench: Bench, generation: int) -> str:
    lines: list[str] = []
    bench.preview(PROGRAM.format(gen=generation), detailed=True, parallel=1)
    display = Display("preview", "dev", lines.append, Shown(diff=True))
    for event in bench.events:
        display(event)
    return "\n".join(lines) + "\n"


def test_a_first_preview(bench: Bench) -> None:
    """Everything that comes, below what it lives in."""
    assert told(bench, 1) == FIRST


def test_updates_replacements_and_deletes(bench: Bench) -> None:
    """Only what differs of what stays, at every depth."""
    bench.up(PROGRAM.format(gen=1))
    assert told(bench, 2) == SECOND


def test_a_refresh_shows_what_it_found_when_it_found_it(bench: Bench) -> None:
    """Old and new value of what differs; all that was, of what is gone."""
    after = "opts=pulumi.ResourceOptions(depends_on=[a])"  # so that their order in the state is always the same
    bench.up(f"a = Thing('a', name='a', size=3)\nThing('c', name='c', nested={{'x': [1, 2]}}, {after})")
    (bench.folder / "cloud/a.json").write_text('{"name": "a", "size": 77}')
    (bench.folder / "cloud/c.json").unlink()
    lines: list[str] = []
    display = Display("preview-refresh", "dev", lines.append, Shown(diff=True))
    bench.run("preview-refresh", detailed=True, parallel=1)
    for event in bench.events:
        display(event)

    prefix = "[urn=urn:pulumi:dev::bench::test:index:Thing::"
    assert "\n".join(lines[:19]) + "\n" == dedent(
        f"""\
        Previewing refresh (dev):
          pulumi:pulumi:Stack: (same)
            [urn=urn:pulumi:dev::bench::pulumi:pulumi:Stack::bench-dev]
            ~ test:index:Thing: (update)
                [id=a]
                {prefix}a]
              ~ size: 3 => 77
            - test:index:Thing: (delete)
                [id=c]
                {prefix}c]
                --outputs:--
              - name  : "c"
              - nested: {{
                  - x: [
                  -     [0]: 1
                  -     [1]: 2
                    ]
                }}
              - serial: "#c"
        """
    )


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ({"a": 1}, {"a": "1"}, '  ~ a: 1 => "1"'),
        ({"a": {SIGNATURE_KEY: SECRET_SIGNATURE, "ciphertext": "[secret]"}}, {"a": "x"}, '  ~ a: [secret] => "x"'),
        ({"a": "x"}, {"a": UNKNOWN_STRING}, '  ~ a: "x" => [unknown]'),
        ({"a": "x"}, {"a": None}, '  - a: "x"'),
        ({}, {"a": True}, "  + a: true"),
        ({"a": '{"k": 1}'}, {"a": '{"k": 2}'}, "  ~ a: (json) {"),
        ({"a": "x" * 200}, {"a": "y"}, f'  ~ a: "{"x" * 150}..." => "y"'),
    ],
)
def test_values_on_a_line(old: dict[str, object], new: dict[str, object], line: str) -> None:
    """Secrets and unknowns as words, texts in quotes and cut, what holds JSON taken apart."""
    state = {"id": "i", "outputs": {}, "provider": "", "parent": ""}
    metadata = {"op": "update", "detailedDiff": None, "old": {**state, "inputs": old}, "new": {**state, "inputs": new}}

    assert next(properties(metadata, 0)) == line


def test_what_differs_is_named_by_sign() -> None:
    """As a line of the CLI's names it: added, deleted, updated."""
    found = changes({"gone": 1, "same": 1, "other": 1}, {"same": 1, "other": 2, "new": 1})

    assert keys_by_sign(found) == [("+", ["new"]), ("-", ["gone"]), ("~", ["other"])]
    assert keys_by_sign(found, ["other"]) == [("~", ["other"])]
    assert changes({"a": 1, "__own": 1}, {"a": 1, "__own": 2}) is None
