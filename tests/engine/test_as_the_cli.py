"""What the Pulumi CLI 3.259 was seen to do with the same programs, case by case: operations, states, words.

Each expectation is a fact that was read off the CLI's own state, preview or output; none of the tests needs it.
"""

from __future__ import annotations

import json
from typing import Any

from infra.engine import surgery, transfer
from infra.engine.values import Secret
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


def test_a_written_state_has_no_aliases(bench: Bench) -> None:
    """Everything is under today's names, what the program did not reach under its renamed parent included; so an earlier name
    is free for another resource."""
    bench.up('g = Group("old")\nThing("a", opts=ResourceOptions(parent=g))\nThing("b")\nThing("c")')
    renamed = 'g = Group("new", opts=ResourceOptions(aliases=[pulumi.Alias(name="old", type_="test:index:Group")]))\n'
    failed = bench.up(renamed + 'Thing("d", fail="create", opts=ResourceOptions(depends_on=[g]))\nraise SystemExit(1)')
    assert not failed.succeeded
    assert entry(bench, "a")["parent"] == entry(bench, "new")["urn"]
    assert "aliases" not in entry(bench, "new")

    bench.up(renamed + 'Thing("a", opts=ResourceOptions(parent=g))\nThing("b")\nThing("c")\nGroup("old")')
    assert {"old", "new"} < set(bench.state())


def test_looking_up_a_resource_makes_the_default_provider_of_pulumi(bench: Bench) -> None:
    """It serves the look-up."""
    bench.up('a = Thing("a")\na.urn.apply(lambda urn: Thing("again", opts=ResourceOptions(urn=urn)))')
    urns = [item["urn"].split("::", 2)[2] for item in bench.raw_state()["checkpoint"]["latest"]["resources"]]

    assert "pulumi:providers:pulumi::default" in urns


def test_what_a_constrained_operation_leaves_alone_counts_as_the_same(bench: Bench) -> None:
    """Also where the program no longer has it."""
    bench.up('Thing("a")\nThing("b")')

    assert bench.up('Thing("a", size=1)', targets=("**::a",)).changes == {"same": 2, "update": 1}
    assert bench.destroy(targets=("**::b",)).changes == {"delete": 1, "same": 2}


def test_a_preview_that_refreshes_shows_that_it_looked(bench: Bench) -> None:
    """What it found is not a step of the preview; what the program makes of it is."""
    bench.up('Thing("a", size=1)\nThing("b")')
    (bench.cloud.folder / "a.json").write_text('{"size": 2}')
    (bench.cloud.folder / "b.json").unlink()
    shown = steps(bench.preview(refresh=True).digest)

    assert {("refresh", "a"), ("refresh", "b"), ("update", "a"), ("create", "b")} < set(shown)
    assert ("delete", "b") not in shown


def test_a_refresh_takes_the_references_to_what_is_gone_away(bench: Bench) -> None:
    """A child has no parent then."""
    bench.up(
        'g = Group("g")\na = Thing("a", opts=ResourceOptions(parent=g))\nThing("c", opts=ResourceOptions(parent=a))\n'
        'Thing("h", opts=ResourceOptions(replace_with=[a]))'
    )
    (bench.cloud.folder / "a.json").unlink()
    bench.run("refresh")

    assert "parent" not in entry(bench, "c")
    assert "replaceWith" not in entry(bench, "h")


def test_an_import_that_would_have_to_be_replaced_says_why(bench: Bench) -> None:
    """Key by key; a preview warns, and shows what the program asks for."""
    (bench.cloud.folder / "found.json").write_text('{"name": "one"}')
    program = 'Thing("a", name="two", opts=ResourceOptions(import_="found"))'
    why = "please remove the `import` declaration from your program;\nname: {one} => {two}"
    preview, update = bench.preview(program), bench.up()

    assert steps(preview.digest)["import", "a"]["newState"]["inputs"] == {"name": "two"}
    assert [why in item["message"] for item in preview.digest["diagnostics"]] == [True]
    assert (update.succeeded, why in str(update.error)) == (False, True)


def test_what_is_to_be_replaced_must_be_in_the_state(bench: Bench) -> None:
    """That is looked at before the program runs, so the history counts nothing."""
    bench.up('Thing("a")')
    result = bench.up('Thing("a")\nThing("b")', replaces=("urn:pulumi:dev::bench::test:index:Thing::b",))

    assert str(result.error).startswith("Target 'urn:pulumi:dev::bench::test:index:Thing::b' could not be found in the stack.")
    assert "resourceChanges" not in bench.backend.history()[0]


def test_what_becomes_secret_is_secret_although_nothing_else_changes(bench: Bench) -> None:
    """Outputs named by the program, where the step is `same`."""
    bench.up('Thing("a")')
    result = bench.up('Thing("a", opts=ResourceOptions(additional_secret_outputs=["serial"]))')

    assert (result.changes, bench.state()["a"].outputs["serial"]) == ({"same": 2}, Secret("#a"))


def test_numbers_that_are_no_exact_integers_are_written_in_full(bench: Bench) -> None:
    """Up to 1e21, and read back as what the program has: nothing changes then."""
    program = 'Thing("a", big=12345678901234567890, exact=2**40, huge=1e22)'
    bench.up(program)

    assert '"big":12345678901234567000,"exact":1099511627776,"huge":1e+22' in bench.backend.file.read_text()
    assert bench.preview(program).changes == {"same": 2}


def test_what_its_provider_wants_looked_at_first_is_refreshed_before_an_update(bench: Bench) -> None:
    """That resource alone, and once: our providers do not ask for it again."""
    bench.up('Thing("a", size=1)\nThing("b", size=1)')
    state = bench.raw_state()
    for item in state["checkpoint"]["latest"]["resources"]:
        if item["urn"].endswith("::a"):
            item["refreshBeforeUpdate"] = True
    bench.backend.file.write_text(json.dumps(state))
    for name in ("a", "b"):
        (bench.cloud.folder / f"{name}.json").write_text('{"size": 2}')

    assert bench.up().changes == {"same": 2, "update": 1}
    assert [call[:2] for call in bench.cloud.calls()][2:] == [["read", "a"], ["update", "a"]]
    assert "refreshBeforeUpdate" not in entry(bench, "a")


def test_a_preview_says_why_what_is_deleted_already_is_made_again(bench: Bench) -> None:
    """Compared with what it was."""
    bench.up('Thing("a", name="one", fixed=True)')
    bench.up('Thing("a", name="two", fixed=True, fail="create")')
    step = steps(bench.preview('Thing("a", name="two", fixed=True)').digest)["replace", "a"]

    assert (step["replaceReasons"], step["detailedDiff"]["name"]["kind"]) == (["name"], "update-replace")


HOOKED = """
import pathlib
def told(args):
    with open(pathlib.Path("hooks.log"), "a") as file:
        file.write(f"{args.name} {args.id} {args.old_outputs} {args.new_outputs}\\n")
binding = pulumi.ResourceHookBinding(**{moment: [pulumi.ResourceHook(moment, told)] for moment in %s})
g = Group("g", opts=ResourceOptions(hooks=binding))
g.register_outputs({"answer": 42})
a = Thing("a", opts=ResourceOptions(hooks=binding))
"""


def test_hooks_after_a_component_know_its_outputs(bench: Bench) -> None:
    """Those that it has registered."""
    bench.up(HOOKED % '["after_create"]')

    assert sorted((bench.folder / "hooks.log").read_text().splitlines()) == [
        "a a None {'serial': '#a'}",
        "g  None {'answer': 42.0}",
    ]


def test_a_destroy_runs_the_program_for_its_hooks_if_asked(bench: Bench) -> None:
    """Otherwise nothing is deleted. What the program would make anew is not made."""
    program = HOOKED % '["before_delete"]'
    bench.up(program)
    refused = bench.destroy()
    assert "You must run with the `--run-program` flag to use delete hooks during destroy." in str(refused.error)
    assert list(bench.cloud.things()) == ["a"]
    assert "resourceChanges" not in bench.backend.history()[0]

    (bench.folder / "__main__.py").write_text(
        (bench.folder / "__main__.py").read_text() + '\nb = Thing("b")\nThing("c", up=b.serial, opts=ResourceOptions(parent=g))'
    )
    result = bench.destroy(run_program=True)

    assert (result.succeeded, bench.state(), bench.cloud.things()) == (True, {}, {})
    assert [call[:2] for call in bench.cloud.calls()] == [["create", "a"], ["delete", "a"]]
    assert sorted((bench.folder / "hooks.log").read_text().splitlines()) == [
        "a a {'serial': '#a'} None",
        "g  {'answer': 42.0} None",
    ]


def test_a_state_with_features_is_exported_changed_and_taken_in(bench: Bench) -> None:
    """As version 4 that names them; of version 3 again when nothing needs them."""
    bench.up('a = Thing("a")\nThing("b", opts=ResourceOptions(replace_with=[a]))')
    exported = transfer.exported(bench.backend)
    assert (exported["version"], exported["features"]) == (4, ["replaceWith"])

    surgery.edit(bench.backend, surgery.removal("urn:pulumi:dev::bench::test:index:Thing::b"))
    assert "features" not in bench.raw_state()
    assert transfer.take_in(bench.backend, exported, "x", force=False) == 4
    assert (bench.raw_state()["version"], bench.preview().changes) == (4, {"same": 3})


def test_what_is_not_a_target_is_not_even_renamed(bench: Bench) -> None:
    """Its children stay where they are, too; the next update for all renames them."""
    bench.up('g = Group("old")\nThing("child", opts=ResourceOptions(parent=g))\nThing("a")')
    program = """
    g = Group("new", opts=ResourceOptions(aliases=[pulumi.Alias(name="old")]))
    Thing("child", opts=ResourceOptions(parent=g))
    Thing("a", size=1)
    """
    result = bench.up(program, targets=("**::a",))

    assert (result.succeeded, {"old", "child"} < set(bench.state()), "new" in bench.state()) == (True, True, False)
    assert (bench.up(program).changes, "new" in bench.state()) == ({"same": 4}, True)


def test_a_refresh_replaces_nothing(bench: Bench) -> None:
    """Although an update would have to, to bring back what was found to be different."""
    bench.up('Thing("a", name="a")')
    (bench.cloud.folder / "a.json").write_text('{"name": "b"}')
    step = steps(bench.run("preview-refresh").digest)["update", "a"]

    assert (step["diffReasons"], "replaceReasons" in step) == (["name"], False)


def test_a_provider_whose_configuration_is_not_known_yet_is_not_asked(bench: Bench) -> None:
    """A preview assumes a change and says so; what its resources and functions yield is unknown."""
    (bench.cloud.folder / "theirs.json").write_text("{}")
    program = """
    key = Thing("key", name="{name}")
    o = ResourceOptions(provider=Provider("p", token=key.serial))
    a = Thing("a", size=1, opts=o)
    theirs = Thing("theirs", opts=ResourceOptions.merge(o, ResourceOptions(id="theirs")))
    pulumi.export("outs", [a.serial, theirs.serial])
    """
    first = bench.preview(program.format(name="one"))
    assert (first.changes, bench.cloud.calls()) == ({"create": 4}, [])
    bench.up()
    later = bench.preview(program.format(name="two"))

    assert "outputs" not in steps(first.digest)["create", "a"]["newState"]
    assert (later.changes, steps(later.digest)["update", "a"]["detailedDiff"]) == (
        {"read": 1, "replace": 1, "same": 1, "update": 2},
        None,
    )
    assert [item["message"].splitlines()[0] for item in later.digest["diagnostics"]] == [
        "warning: The provider for this resource has inputs that are not known during preview."
    ]
    assert bench.up().changes == {"replace": 1, "same": 2, "update": 1}
