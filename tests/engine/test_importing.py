"""`import`: what exists is taken over into the state, and the code for it is written."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from infra.engine.__main__ import main
from infra.engine.errors import EngineError
from infra.engine.import_code import generated
from infra.engine.import_file import ImportSpec, inline, parsed
from infra.engine.resource import Resource
from infra.engine.values import Secret
from tests.engine.bench import Bench

PREFIX = "urn:pulumi:dev::bench::"
STACK = f"{PREFIX}pulumi:pulumi:Stack::bench-dev"

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(bench: Bench, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """`import …` in this process, on things that others have made."""
    for name, size in (("old", 7), ("older", 8)):
        (bench.folder / "cloud" / f"{name}.json").write_text(json.dumps({"size": size, "name": name}))
    (bench.folder / "__main__.py").write_text("raise SystemExit('an import runs no program')")
    (bench.folder / "importing_plugin.py").write_text(
        "from pathlib import Path\nfrom tests.engine.stand_in import StandIn\n"
        "plugin = StandIn(Path(__file__).parent / 'cloud')\n"
    )
    monkeypatch.syspath_prepend(str(bench.folder))
    monkeypatch.delitem(sys.modules, "importing_plugin", raising=False)  # another test's
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "x")
    monkeypatch.delenv("PULUMI_BACKEND_URL", raising=False)

    def command(*words: str) -> tuple[int, str, str]:
        place = ["--cwd", str(bench.folder), "--stack", "dev", "--plugin", "test=importing_plugin:plugin"]
        status = main(["import", *words, *place])
        told = capsys.readouterr()
        return status, told.out, told.err

    return command


def test_one_resource_is_taken_over(bench: Bench, command: Command) -> None:
    """Read and not made; protected; its code is printed, and so is what to do with it."""
    status, out, _ = command("test:index:Thing", "mine", "old", "--yes")
    mine = bench.state()["mine"]

    assert (status, bench.cloud.calls()) == (0, [["read", "mine", "old"], ["read", "mine", "old"]])
    assert (mine.id, mine.inputs, mine.protect, mine.import_id) == ("old", {"size": 7, "name": "old"}, True, "")
    assert (mine.parent, mine.outputs["serial"]) == (STACK, "#old")
    assert "    = 1 to import" in out.partition("Importing (dev):")[0]
    assert "    = 1 imported" in out.partition("Importing (dev):")[2]
    assert "marked as protected" in out
    assert 'mine = test.Thing("mine",\n    name="old",\n    size=7,\n    opts = pulumi.ResourceOptions(protect=True))' in out
    assert bench.backend.history()[0]["kind"] == "resource-import"


def test_an_import_is_repeated_without_effect_and_refused_over_another(bench: Bench, command: Command) -> None:
    """The same id is the same resource; another one needs another name."""
    command("test:index:Thing", "mine", "old", "--skip-preview")
    again, other = command("test:index:Thing", "mine", "old", "-y"), command("test:index:Thing", "mine", "older", "-y")

    assert (again[0], "    2 unchanged" in again[1]) == (0, True)
    assert (other[0], f"resource '{PREFIX}test:index:Thing::mine' already exists" in other[1]) == (1, True)
    assert bench.state()["mine"].id == "old"


def test_what_does_not_exist_is_no_import(bench: Bench, command: Command) -> None:
    """Nothing is written for it; a preview says so before."""
    status, out, _ = command("test:index:Thing", "mine", "nowhere", "--skip-preview", "--no-generate-code")

    assert (status, "resource 'nowhere' does not exist" in out, "mine" in bench.state()) == (1, True, False)
    assert command("test:index:Thing", "mine", "nowhere", "--preview-only")[0] == 1


def test_many_are_taken_over_from_a_file(bench: Bench, command: Command) -> None:
    """Components, parents, some of the properties, inputs that a read cannot know; unprotected if so asked."""
    document = {
        "resources": [
            {
                "type": "test:index:Thing",
                "name": "child",
                "id": "older",
                "parent": "group",
                "inputs": {"token": "hush", "size": 1},
            },
            {"type": "test:index:Group", "name": "group", "component": True},
            {"type": "test:index:Thing", "name": "part", "id": "old", "properties": ["size"]},
        ]
    }
    file, code = bench.folder / "import.json", bench.folder / "code.py"
    file.write_text(json.dumps(document))
    status, out, _ = command("--file", str(file), "-y", "--protect=false", "--out", str(code))
    state = bench.state()

    assert (status, "opts" in out) == (0, False)
    assert state["child"].parent == state["group"].urn == f"{PREFIX}test:index:Group::group"
    assert state["child"].inputs == {"name": "older", "size": 8, "token": "hush"}
    assert (state["part"].inputs, state["part"].protect) == ({"size": 7}, False)
    assert "opts = pulumi.ResourceOptions(parent=group)" in code.read_text()


def test_an_import_as_json_is_a_stream_of_events(command: Command) -> None:
    """What was taken over is shown as having been there."""
    _, out, _ = command("test:index:Thing", "mine", "old", "--skip-preview", "--json")
    events = [json.loads(line) for line in out.splitlines()]
    metadata = next(event["resOutputsEvent"]["metadata"] for event in events if "resOutputsEvent" in event)

    assert (metadata["op"], metadata["old"] == metadata["new"], metadata["new"]["id"]) == ("import", True, "old")
    assert events[-2]["summaryEvent"]["resourceChanges"] == {"create": 1, "import": 1}


@pytest.mark.parametrize(
    ("resource", "problem"),
    [
        ({"type": "a:b:C", "name": "n"}, "resource 'n' of type 'a:b:C' has no ID"),
        ({"name": "n", "id": "i"}, "resource 'n' has no type"),
        ({"type": "a:b:C", "id": "i"}, "resource 'i' of type 'a:b:C' has no name"),
        ({"type": "a:b:C", "name": "n", "id": "i", "component": True}, "has an ID, but is marked as a component"),
        ({"type": "pulumi:providers:a", "name": "n", "id": "i"}, "is a provider, which is created rather than read"),
        ({"type": "a:b:C", "name": "n", "id": "i", "parent": "p"}, "the parent 'p' for resource 'n'"),
        ({"type": "a:b:C", "name": "n", "id": "i", "provider": "p"}, "has no entry in 'nameTable' or 'resources'"),
        ({"type": "a:b:C", "name": "n", "id": "i", "provider": "c"}, "the provider 'c' for resource 'n' is not a provider"),
        ({"type": "a:b:C", "name": "n", "id": "i", "outputs": {"a": 1}}, "outputs is not supported"),
        ({"type": "a:b:C", "name": "n", "id": "i", "ids": "j"}, "unknown key ids"),
        ({"type": "a:b:C", "name": "n", "id": "i", "parent": "n"}, "the parents go round in a circle"),
    ],
)
def test_wrong_files_are_refused(resource: dict[str, Any], problem: str) -> None:
    """By the resource and what is wrong with it."""
    document = {"nameTable": {"c": f"{PREFIX}a:b:C::c"}, "resources": [resource]}
    with pytest.raises(EngineError) as refusal:
        parsed(document, stack="dev", project="bench", protect=True)
    assert problem in str(refusal.value)


def test_a_command_line_names_parent_and_provider() -> None:
    """As `name=URN`, or as a URN alone."""
    document = inline("a:b:C", "n", "i", parent=f"up={PREFIX}a:b:D::up", provider=f"{PREFIX}pulumi:providers:a::p")
    (spec,) = parsed(document, stack="dev", project="bench", protect=True)

    assert (spec.parent, spec.provider) == (f"{PREFIX}a:b:D::up", f"{PREFIX}pulumi:providers:a::p")
    assert spec.urn == f"{PREFIX}a:b:D$a:b:C::n"
    with pytest.raises(EngineError, match="write it as name=URN"):
        inline("a:b:C", "n", "i", parent="up")


def test_code_bears_the_names_of_the_sdk(tmp_path: Path) -> None:
    """Properties in snake case at every depth, the keys of maps as they are; no secret in clear."""
    spec = ImportSpec(urn="urn", type="databricks:index/job:Job", name="nightly run", label="nightly run", protect=False)
    inputs = {
        "name": "nightly",
        "maxConcurrentRuns": 1,
        "tags": {"costCentre": "42"},
        "tasks": [{"taskKey": "a", "dependsOns": [{"taskKey": "b"}], "notebookTask": {}, "timeoutSeconds": None}],
        "gitSource": {"url": Secret("hush"), "__defaults": []},
        "__defaults": [],
    }
    text = generated([spec], {"urn": Resource(urn="urn", type=spec.type, custom=True, inputs=inputs)})

    assert text == (
        "import pulumi\n"
        "import pulumi_databricks as databricks\n"
        "\n"
        'nightly_run = databricks.Job("nightly run",\n'
        "    git_source={\n"
        '        "url": pulumi.Output.secret("[secret]"),\n'
        "    },\n"
        "    max_concurrent_runs=1,\n"
        '    name="nightly",\n'
        "    tags={\n"
        '        "costCentre": "42",\n'
        "    },\n"
        "    tasks=[{\n"
        '        "depends_ons": [{\n'
        '            "task_key": "b",\n'
        "        }],\n"
        '        "task_key": "a",\n'
        "    }])\n"
    )
