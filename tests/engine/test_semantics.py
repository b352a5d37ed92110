"""What programs may ask of the engine, each by a program that does."""

from __future__ import annotations

import pytest

from infra.engine.events import StepStarted
from infra.engine.values import UNKNOWN, Secret
from tests.engine.bench import Bench

CHAIN = """
a = Thing("a", name="a")
b = Thing("b", up=a.serial)
pulumi.export("serial", b.serial)
"""


def called(bench: Bench) -> list[tuple[str, str]]:
    return [(call[0], call[1]) for call in bench.cloud.calls()]


def test_what_a_preview_cannot_know_is_unknown(bench: Bench) -> None:
    """A preview makes nothing, writes nothing, and says what it does not know."""
    result = bench.preview(CHAIN)

    assert (result.succeeded, result.changes, result.outputs) == (True, {"create": 3}, {"serial": UNKNOWN})
    assert (bench.cloud.calls(), bench.backend.exists()) == ([], False)


def test_an_update_makes_things_in_order_of_dependency(bench: Bench) -> None:
    """With what the one before yields; a second update has nothing to do."""
    first, second = bench.up(CHAIN), bench.up()

    assert bench.cloud.calls() == [["create", "a", {"name": "a"}], ["create", "b", {"up": "#a"}]]
    assert (first.changes, second.changes) == ({"create": 3}, {"same": 3})
    assert first.outputs == {"serial": "#b"}


def test_independent_things_are_made_at_once(bench: Bench) -> None:
    """As many as `parallel` allows: each waits until four have begun."""
    import threading

    bench.cloud.meeting = threading.Barrier(4)

    assert bench.up("things = [Thing(f't{n}') for n in range(4)]", parallel=4).changes == {"create": 5}


def test_a_change_updates_in_place(bench: Bench) -> None:
    """The preview names what differs."""
    bench.up('Thing("a", size=1)')
    preview, update = bench.preview('Thing("a", size=2)'), bench.up()

    assert preview.digest["steps"][1]["detailedDiff"] == {"size": {"kind": "update", "inputDiff": True}}
    assert update.changes == {"same": 1, "update": 1}
    assert bench.state()["a"].inputs == {"size": 2}


def test_a_replacement_is_made_before_the_old_one_goes(bench: Bench) -> None:
    """And what depends on it is updated in between."""
    bench.up(CHAIN)
    result = bench.up(CHAIN.replace('name="a"', 'name="a2"'))

    assert called(bench)[2:] == [("create", "a"), ("update", "b"), ("delete", "a")]
    assert result.changes == {"replace": 1, "same": 1, "update": 1}
    assert list(bench.cloud.things()) == ["a2", "b"]


def test_what_must_go_first_takes_its_dependents_along(bench: Bench) -> None:
    """Those that a change of what they take from it would replace, the last first; others stay."""
    program = """
    a = Thing("a", name="{name}", fixed=True)
    b = Thing("b", home=a.serial)
    c = Thing("c", other=b.serial, opts=ResourceOptions(depends_on=[a]))
    """
    bench.up(program.format(name="a1"))
    preview = bench.preview(program.format(name="a2"))
    result = bench.up()

    assert called(bench)[3:] == [("delete", "b"), ("delete", "a"), ("create", "a"), ("create", "b")]
    assert preview.changes == {"replace": 2, "same": 1, "update": 1}  # what `c` takes from `b` is not known yet
    assert result.changes == {"replace": 2, "same": 2}
    assert [bench.state()[name].pending_replacement for name in ("a", "b", "c")] == [False, False, False]


def test_delete_before_replace_overrules_the_provider(bench: Bench) -> None:
    """Both ways."""
    program = 'Thing("a", name="{name}", {fixed} opts=ResourceOptions(delete_before_replace={flag}))'
    bench.up(program.format(name="a1", fixed="", flag=True))
    bench.up(program.format(name="a2", fixed="", flag=True))
    bench.up(program.format(name="a3", fixed="fixed=True,", flag=False))

    assert called(bench)[1:] == [("delete", "a"), ("create", "a"), ("create", "a"), ("delete", "a")]


def test_what_the_program_no_longer_has_is_deleted_from_the_leaves(bench: Bench) -> None:
    """Dependents first; nobody calls for components."""
    bench.up('g = Group("g")\na = Thing("a", opts=ResourceOptions(parent=g))\nb = Thing("b", up=a.serial)')
    result = bench.up("")

    assert called(bench)[2:] == [("delete", "b"), ("delete", "a")]
    assert (result.changes, list(bench.state())) == ({"delete": 3, "same": 1}, ["bench-dev"])


def test_destroy_leaves_nothing_but_history(bench: Bench) -> None:
    """The program is not run."""
    bench.up(CHAIN)
    (bench.folder / "__main__.py").write_text("raise SystemExit(3)")
    preview, result = bench.run("preview-destroy"), bench.destroy()

    assert (preview.changes, result.changes) == ({"delete": 3}, {"delete": 3})
    assert (bench.cloud.things(), bench.state()) == ({}, {})
    assert [entry["kind"] for entry in bench.backend.history()] == ["destroy", "update"]


def test_children_carry_their_parents_in_their_names(bench: Bench) -> None:
    """And components keep the outputs that they register."""
    bench.up('g = Group("g")\nThing("a", opts=ResourceOptions(parent=g))\ng.register_outputs({"answer": 42})')
    state = bench.state()

    assert state["a"].urn == "urn:pulumi:dev::bench::test:index:Group$test:index:Thing::a"
    assert (state["a"].parent, state["g"].outputs) == (state["g"].urn, {"answer": 42})


def test_secrets_stay_secret(bench: Bench) -> None:
    """Inputs, the outputs of the same name, outputs named so, and the stack's; in state, events, digest and result."""
    program = """
    a = Thing("a", password=pulumi.Output.secret("hush"), opts=ResourceOptions(additional_secret_outputs=["serial"]))
    pulumi.export("password", a.password if hasattr(a, "password") else pulumi.Output.secret("hush"))
    pulumi.export("serial", a.serial)
    """
    preview, result = bench.preview(program), bench.up()
    state = bench.state()["a"]

    assert (state.inputs["password"], state.outputs["password"], state.outputs["serial"]) == (
        Secret("hush"),
        Secret("hush"),
        Secret("#a"),
    )
    assert result.outputs == {"password": "[secret]", "serial": "[secret]"}
    for shown in (str(preview.digest), str(bench.events), str(bench.raw_state())):
        assert "hush" not in shown
    assert bench.up(show_secrets=True).outputs == {"password": "hush", "serial": "#a"}
    assert result.changes == {"create": 2}


def test_explicit_providers_serve_and_are_inherited(bench: Bench) -> None:
    """By children of a component that has them; a resource without uses the default one, made once."""
    bench.up(
        """
    p = Provider("mine", region="x")
    g = Group("g", opts=ResourceOptions(providers=[p]))
    Thing("inherits", opts=ResourceOptions(parent=g))
    Thing("names", opts=ResourceOptions(provider=p))
    Thing("defaults", opts=ResourceOptions(version="1.2.3"))
    Thing("defaults too", opts=ResourceOptions(version="1.2.3"))
    """,
        config={"test:region": "y"},
    )
    state = bench.state()
    mine, default = state["mine"], state["default_1_2_3"]

    assert [state[name].provider for name in ("inherits", "names", "defaults", "defaults too")] == [
        mine.reference,
        mine.reference,
        default.reference,
        default.reference,
    ]
    assert default.inputs == {"region": "y", "version": "1.2.3", "__internal": {}}
    assert default.outputs == {"region": "y", "version": "1.2.3"}


def test_a_provider_that_must_be_replaced_replaces_what_it_serves(bench: Bench) -> None:
    """One whose configuration changes otherwise does not."""
    program = 'p = Provider("p", region="{region}", token="{token}")\nThing("a", opts=ResourceOptions(provider=p))'
    bench.up(program.format(region="x", token="1"))
    harmless = bench.up(program.format(region="x", token="2"))
    moved = bench.up(program.format(region="y", token="2"))

    assert (harmless.changes, moved.changes) == ({"same": 2, "update": 1}, {"replace": 2, "same": 1})


def test_default_providers_can_be_forbidden(bench: Bench) -> None:
    """By the configuration that the CLI knows."""
    result = bench.up('Thing("a")', config={"pulumi:disable-default-providers": '["test"]'})

    assert "default provider for 'test' disabled" in str(result.error)


@pytest.mark.parametrize(
    "alias",
    [
        'aliases=["urn:pulumi:dev::bench::test:index:Thing::old"]',
        'aliases=[pulumi.Alias(name="old")]',
    ],
)
def test_an_alias_renames_in_place(bench: Bench, alias: str) -> None:
    """Nothing is made or deleted; what referred to the old name refers to the new one."""
    bench.up('a = Thing("old", name="a")\nThing("b", up=a.serial)')
    result = bench.up(f'a = Thing("new", name="a", opts=ResourceOptions({alias}))\nThing("b", up=a.serial)')

    assert (result.changes, len(bench.cloud.calls())) == ({"same": 3}, 2)
    assert bench.state()["b"].dependencies == (bench.state()["new"].urn,)


def test_children_follow_the_alias_of_their_parent(bench: Bench) -> None:
    """Those whose names begin with the parent's follow by name, too."""
    program = 'g = Group("{name}"{alias})\nThing("{name}-a", opts=ResourceOptions(parent=g))'
    bench.up(program.format(name="old", alias=""))
    result = bench.up(program.format(name="new", alias=', opts=ResourceOptions(aliases=[pulumi.Alias(name="old")])'))

    assert (result.changes, called(bench)) == ({"same": 3}, [("create", "old-a")])


def test_ignored_changes_do_not_change(bench: Bench) -> None:
    """At any depth."""
    program = (
        'Thing("a", size={size}, tags={{"x": "{x}", "y": "{y}"}}, opts=ResourceOptions(ignore_changes=["size", "tags.x"]))'
    )
    bench.up(program.format(size=1, x="1", y="1"))

    assert bench.preview(program.format(size=2, x="2", y="1")).changes == {"same": 2}
    bench.up(program.format(size=2, x="2", y="2"))
    assert bench.state()["a"].inputs == {"size": 1, "tags": {"x": "1", "y": "2"}}


def test_replace_on_changes_replaces(bench: Bench) -> None:
    """What would else be updated; the digest says so."""
    program = 'Thing("a", size={size}, opts=ResourceOptions(replace_on_changes=["size"]))'
    bench.up(program.format(size=1))
    preview = bench.preview(program.format(size=2))

    (step,) = (step for step in preview.digest["steps"] if step["op"] == "replace")
    assert (step["replaceReasons"], step["detailedDiff"]["size"]["kind"]) == (["size"], "update-replace")
    assert bench.up().changes == {"replace": 1, "same": 1}


def test_what_is_protected_is_not_deleted(bench: Bench) -> None:
    """Not when its line goes, not by destroy, not for a replacement; unprotecting takes a step of its own."""
    bench.up('Thing("a", name="a", opts=ResourceOptions(protect=True))\nThing("b")')
    for result in (
        bench.preview('Thing("b")'),
        bench.up(),
        bench.destroy(),
        bench.up('Thing("a", name="a2", opts=ResourceOptions(protect=True))\nThing("b")'),
    ):
        assert not result.succeeded
        assert "Thing::a" in str(result.error)
        assert "`protect`" in str(result.error)
    assert list(bench.cloud.things()) == ["a", "b"]

    assert bench.up('Thing("a", name="a")').succeeded
    assert bench.up("").succeeded
    assert bench.cloud.things() == {}


def test_what_is_retained_on_delete_stays(bench: Bench) -> None:
    """It is only forgotten."""
    bench.up('Thing("a", opts=ResourceOptions(retain_on_delete=True))')
    result = bench.up("")

    assert (result.changes, list(bench.cloud.things()), list(bench.state())) == ({"delete": 1, "same": 1}, ["a"], ["bench-dev"])


def test_depends_on_orders_what_nothing_else_orders(bench: Bench) -> None:
    """When things are made, and when they are deleted."""
    bench.up('a = Thing("a")\nThing("b", opts=ResourceOptions(depends_on=[a]))')
    bench.destroy()

    assert called(bench) == [("create", "a"), ("create", "b"), ("delete", "b"), ("delete", "a")]


def test_what_others_own_is_read_and_never_deleted(bench: Bench) -> None:
    """`.get()`: its inputs are the program's, its outputs the provider's; it is dropped when no longer asked for."""
    (bench.cloud.folder / "theirs.json").write_text('{"size": 7}')
    program = 't = Thing("t", opts=ResourceOptions(id="theirs"))\npulumi.export("serial", t.serial)'
    result = bench.up(program)
    read = bench.state()["t"]
    dropped = bench.up("")

    assert (result.outputs, result.changes) == ({"serial": "#theirs"}, {"create": 1})
    assert (read.external, read.id, read.inputs) == (True, "theirs", {})
    assert read.outputs == {"size": 7, "serial": "#theirs"}
    assert (dropped.changes, called(bench)) == ({"discard": 1, "same": 1}, [("read", "t")])


def test_what_does_not_exist_cannot_be_read(bench: Bench) -> None:
    """Neither in a preview nor in an update."""
    program = 'Thing("t", opts=ResourceOptions(id="nobody"))'

    assert "resource 'nobody' does not exist" in str(bench.preview(program).error)


def test_functions_answer(bench: Bench) -> None:
    """With what the program passes, once it is known."""
    result = bench.up("""
    a = Thing("a")
    pulumi.export("plain", pulumi.runtime.invoke("test:index:answer", {"question": "why"}).value["answer"])
    late = pulumi.runtime.invoke_output("test:index:answer", {"question": a.serial})
    pulumi.export("late", late.apply(lambda found: found["question"]))
    """)

    assert result.outputs == {"plain": 42, "late": "#a"}
    assert bench.preview().succeeded


def test_a_refused_function_is_an_exception_of_the_program(bench: Bench) -> None:
    """Which it may catch."""
    result = bench.up("""
    try:
        pulumi.runtime.invoke("test:index:nonsense", {})
    except Exception as error:
        pulumi.export("said", str(error))
    """)

    assert result.succeeded
    assert "no such function" in result.outputs["said"]


def test_resources_can_be_outputs_and_inputs(bench: Bench) -> None:
    """A reference is an id to a provider, and itself in a component's outputs."""
    bench.up(
        'a = Thing("a")\nThing("b", friend=a)\ng = Group("g")\ng.register_outputs({"thing": a})\npulumi.export("id", a.id)'
    )

    assert bench.state()["b"].inputs == {"friend": "a"}
    assert bench.state()["g"].outputs["thing"]["id"] == "a"


def test_the_program_gets_configuration_and_environment(bench: Bench) -> None:
    """The stack's file, what the request adds, and secrets as secrets."""
    with (bench.folder / "Pulumi.dev.yaml").open("a") as file:
        file.write("config:\n  bench:size: 3\n")
    result = bench.up(
        """
        import os
        config = pulumi.Config()
        pulumi.export("size", config.require_int("size"))
        pulumi.export("more", pulumi.Config("more").require("color"))
        pulumi.export("env", os.environ["BENCH"])
        """,
        config={"more:color": "red"},
        environment={"BENCH": "yes"},
    )

    assert result.outputs == {"size": 3, "more": "red", "env": "yes"}
    assert bench.backend.history()[0]["config"]["more:color"] == {"value": "red", "secret": False}


def test_a_program_runs_as_under_the_language_host(bench: Bench) -> None:
    """Its folder comes first on the path and is the working directory; a module beside it is found."""
    (bench.folder / "lib.py").write_text('HELLO = "from lib"')
    result = bench.up("""
    import os, sys
    import lib
    pulumi.export("lib", lib.HELLO)
    pulumi.export("cwd", os.getcwd())
    pulumi.export("path", sys.path[0] in (os.getcwd(), ".") or sys.path[1] == os.getcwd())
    pulumi.export("name", __name__)
    """)

    assert result.outputs == {"lib": "from lib", "cwd": str(bench.folder.resolve()), "path": True, "name": "__main__"}


def test_a_second_operation_sees_the_modules_as_they_now_are(bench: Bench) -> None:
    """Each has a process of its own."""
    (bench.folder / "lib.py").write_text("NAME = 'one'")
    bench.up("import lib\nThing(lib.NAME)")
    (bench.folder / "lib.py").write_text("NAME = 'three'")

    assert bench.up().changes == {"create": 1, "delete": 1, "same": 1}


def test_what_the_program_prints_is_told_line_by_line(bench: Bench) -> None:
    """Whoever prints: the program, or what it starts."""
    from infra.engine.events import ProgramOutput

    bench.preview('import subprocess\nprint("one\\ntwo")\nsubprocess.run(["echo", "three"])')

    assert [event.line for event in bench.events if isinstance(event, ProgramOutput)] == ["one", "two", "three"]


def test_events_tell_each_step(bench: Bench) -> None:
    """With masked inputs and what differs."""
    bench.up('Thing("a", size=1, password=pulumi.Output.secret("hush"))')
    bench.preview('Thing("a", size=2, password=pulumi.Output.secret("hush"))')

    (event,) = (event for event in bench.events if isinstance(event, StepStarted) and event.operation == "update")
    assert (event.old, event.new, event.keys) == (
        {"size": 1, "password": "[secret]"},
        {"size": 2, "password": "[secret]"},
        ("size",),
    )


def test_the_digest_is_that_of_the_cli(bench: Bench) -> None:
    """Unchanged resources are left out, but for the stack and for those whose protection changes."""
    bench.up('Thing("a")\nThing("b")')
    digest = bench.preview('Thing("a", opts=ResourceOptions(protect=True))\nThing("b")').digest

    assert [(step["op"], step["urn"].rsplit("::")[-1]) for step in digest["steps"]] == [("same", "bench-dev"), ("same", "a")]
    assert digest["changeSummary"] == {"same": 3}


@pytest.mark.parametrize(
    ("program", "refusal"),
    [
        ('pulumi.ComponentResource("test:index:Far", "far", {}, None, True)', "remote components"),
        ('pulumi.StackReference("organization/other/dev")', "unknown stack 'organization/other/dev'"),
        ('pulumi.CustomResource("nobody:index:Thing", "a")', "no plugin serves the package 'nobody' (served here: test)"),
    ],
)
def test_what_is_not_supported_is_refused_by_name(bench: Bench, program: str, refusal: str) -> None:
    """Nothing is made."""
    result = bench.up(program)

    assert not result.succeeded
    assert refusal in str(result.error)
    assert "b" not in bench.cloud.things()


@pytest.mark.parametrize(("wanted", "succeeds"), [(">=3.0.0", True), (">=99.0.0", False)])
def test_a_program_may_ask_for_a_version_of_pulumi(bench: Bench, wanted: str, *, succeeds: bool) -> None:
    """It is the SDK's that counts."""
    result = bench.up(f"pulumi.require_pulumi_version({wanted!r})")

    assert result.succeeded is succeeds
    assert succeeds or "does not satisfy" in str(result.error)
