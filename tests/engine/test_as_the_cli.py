"""What the Pulumi CLI 3.259 was seen to do with the same programs, case by case: operations, states, words.

Each expectation is a fact that was read off the CLI's own state, preview or output; none of the tests needs it.
"""

from __future__ import annotations

import json
from typing import Any

from tests.engine.bench import Bench


def entry(bench: Bench, name: str) -> dict[str, Any]:
    """The checkpoint's entry of the live resource of a name."""
    resources = bench.raw_state()["checkpoint"]["latest"]["resources"]
    return next(item for item in resources if item["urn"].rsplit("::")[-1] == name and not item.get("delete"))


def steps(document: Any) -> dict[tuple[str, str], dict[str, Any]]:
    """A preview's steps by operation and name."""
    return {(step["op"], step["urn"].rsplit("::")[-1]): step for step in document.get("steps", [])}


def test_the_state_says_where_in_the_program_a_resource_stands(bench: Bench) -> None:
    """The line that makes it, and the calls that lead there."""
    bench.up("def make():\n    return Thing('a')\nmake()")
    lines = (bench.folder / "__main__.py").read_text().splitlines()
    made, called = lines.index("    return Thing('a')") + 1, lines.index("make()") + 1
    found = entry(bench, "a")

    assert found["sourcePosition"] == f"project:///__main__.py#{made}"
    assert [frame["sourcePosition"] for frame in found["stackTrace"][:2]] == [
        f"project:///__main__.py#{made}",
        f"project:///__main__.py#{called}",
    ]


def test_only_a_provider_with_a_version_has_internal_inputs(bench: Bench) -> None:
    """So that a provider's own `version` could not be taken for its plugin's."""
    bench.up('Thing("a")\nThing("b", opts=ResourceOptions(version="1.2.3"))\nProvider("p", region="x")')

    assert entry(bench, "p")["inputs"] == {"region": "x"}
    assert "inputs" not in entry(bench, "default")
    assert entry(bench, "default_1_2_3")["inputs"] == {"__internal": {}, "version": "1.2.3"}


def test_a_preview_shows_a_replacement_as_it_is_made(bench: Bench) -> None:
    """The old one waits for its deletion already, the new one has the outputs that are foreseen."""
    bench.up('Thing("a", name="one")')
    step = steps(bench.preview('Thing("a", name="two")').digest)["replace", "a"]

    assert step["oldState"]["delete"] is True
    assert step["newState"]["outputs"] == {"name": "two", "serial": "04da6b54-80e4-46f7-96ec-b56ff0331ba9"}


def test_a_preview_shows_what_is_read(bench: Bench) -> None:
    """Each time."""
    (bench.cloud.folder / "theirs.json").write_text("{}")
    program = 'Thing("t", opts=ResourceOptions(id="theirs"))'

    assert ("read", "t") in steps(bench.preview(program).digest)


def test_an_update_that_is_half_done_keeps_the_old_inputs(bench: Bench) -> None:
    """With the new outputs: the next update compares with what was there before, and shows why it tries again."""
    bench.cloud.halfway = True
    bench.up('Thing("a", size=1)')
    failed = bench.up('Thing("a", size=2)')
    found = entry(bench, "a")

    assert "1 error occurred:\n\t* half changed\n" in str(failed.error)
    assert (found["inputs"], found["outputs"]["size"], found["initErrors"]) == ({"size": 1}, 2, ["half changed"])
    assert steps(bench.preview().digest)["update", "a"]["diffReasons"] == ["size"]


def test_a_component_that_changes_is_not_modified(bench: Bench) -> None:
    """Its time of modification is that of its creation."""
    bench.up('Group("g", size=1)')
    bench.up('Group("g", size=2)')
    found = entry(bench, "g")

    assert (found["inputs"], found["modified"]) == ({"size": 2}, found["created"])


def test_what_is_tainted_is_replaced(bench: Bench) -> None:
    """Once; the reason is its id."""
    program = 'Thing("a", name="a", fixed=True)'
    bench.up(program)
    state = bench.raw_state()
    next(item for item in state["checkpoint"]["latest"]["resources"] if item["urn"].endswith("::a"))["taint"] = True
    bench.backend.file.write_text(json.dumps(state))

    preview = bench.preview()

    assert steps(preview.digest)["replace", "a"]["replaceReasons"] == ["id"]
    assert bench.up().changes == {"replace": 1, "same": 1}
    assert "taint" not in entry(bench, "a")
    assert bench.preview().changes == {"same": 2}


def test_a_read_resource_keeps_its_times(bench: Bench) -> None:
    """It has none until what is read differs."""
    thing = bench.cloud.folder / "theirs.json"
    thing.write_text("{}")
    program = 'Thing("t", opts=ResourceOptions(id="theirs"))'
    bench.up(program)
    bench.up(program)
    assert "modified" not in entry(bench, "t")

    thing.write_text('{"size": 1}')
    bench.up(program)
    assert {"created", "modified"} & set(entry(bench, "t")) == {"modified"}


def test_the_words_of_refusals(bench: Bench) -> None:
    """The CLI's own, about the resource that is meant."""
    urn = "urn:pulumi:dev::bench::test:index:Thing::a"
    bench.up('Thing("a", name="one", opts=ResourceOptions(protect=True))')
    replaced = bench.up('Thing("a", name="two", opts=ResourceOptions(protect=True))')
    deleted = bench.destroy()

    assert str(replaced.error).startswith(
        f'unable to replace resource "{urn}"\nas it is currently marked for protection. To unprotect the resource, '
    )
    assert str(deleted.error).startswith(f'resource "{urn}" cannot be deleted\nbecause it is protected. ')
    assert f"`pulumi state unprotect '{urn}'`" in str(deleted.error)
