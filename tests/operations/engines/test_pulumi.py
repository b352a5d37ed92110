"""`--engine pulumi`: what the CLI is asked, and what of its answers reaches the user."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from infra.engine.errors import LockedError
from infra.engine.events import Diagnostic, Event, StepEnded, StepStarted, Summary
from infra.operations.engines.port import Options
from infra.operations.engines.pulumi import PulumiEngine, environment
from infra.operations.errors import EngineFailed, EngineUnavailable, HistoryUnavailable
from infra.operations.settings import Settings, locate
from tests.operations.engines.conftest import GOLDEN, Fake

DIGEST = json.loads((GOLDEN / "step2.preview.json").read_text())


def test_a_preview_is_the_clis_digest_and_its_steps(engine: PulumiEngine, fake: Fake, heard: list[Event]) -> None:
    """The JSON is what `pulumi preview --json` printed, to the letter; the events are the records of the embedded engine."""
    fake.has_stack("dev")
    fake.answers(preview_json=DIGEST)

    result = engine.run("preview", Options(), heard.append)

    assert result.succeeded
    assert result.digest == DIGEST
    assert dict(result.changes) == {"same": 6, "update": 2}
    started = {event.name: event for event in heard if isinstance(event, StepStarted)}
    assert started["bronze"].keys == ("comment",)
    assert (started["bronze"].old["comment"], started["bronze"].new["comment"]) == ("raw", "raw tables")
    assert (heard[-1].__class__, getattr(heard[-1], "result", "")) == (Summary, "succeeded")


def test_every_step_that_begins_ends(engine: PulumiEngine, fake: Fake, heard: list[Event]) -> None:
    """Also a component's, of which the CLI tells no end."""
    fake.answers(up_json=DIGEST)

    engine.run("up", Options(), heard.append)

    begun = [(event.operation, event.urn) for event in heard if isinstance(event, StepStarted)]
    assert sorted((event.operation, event.urn) for event in heard if isinstance(event, StepEnded)) == sorted(begun)


def test_a_stack_that_is_not_there_is_made_first(engine: PulumiEngine, fake: Fake, heard: list[Event]) -> None:
    """With a passphrase, unless its file says another secrets provider."""
    engine.run("preview", Options(), heard.append)

    assert fake.verbs() == [["stack", "select"], ["stack", "init"], ["preview"]]
    assert fake.calls()[1]["arguments"][-2:] == ["--secrets-provider", "passphrase"]


def test_the_cli_works_on_the_embedded_engines_state(engine: PulumiEngine, fake: Fake, settings: Settings) -> None:
    """The same folder, the same environment files, plugins in the project's own home."""
    fake.has_stack("dev")

    engine.run("up", Options(message="why", parallel=3), lambda event: None)

    [_, up, *_] = fake.calls()
    assert up["environment"] == {
        "PULUMI_BACKEND_URL": f"file://{settings.root}/.lakestead/state",
        "PULUMI_CONFIG_PASSPHRASE": "x",
        "PULUMI_HOME": f"{settings.root}/.lakestead/pulumi",
        "LAKESTEAD_ENVIRONMENTS": f"{settings.root}/environments",
    }
    assert up["cwd"] == str(settings.root)
    assert {"--yes", "--skip-preview", "--message", "why", "--parallel", "3"} <= set(up["arguments"])


def test_a_passphrase_that_was_made_here_is_handed_over_as_a_file(settings: Settings) -> None:
    """Over one in the shell, which is another environment's."""
    file = settings.home / "passphrases" / "local"
    file.parent.mkdir(parents=True)
    file.write_text("made here\n")

    made = environment(settings, "local", {"PULUMI_CONFIG_PASSPHRASE": "of prod"})

    assert made["PULUMI_CONFIG_PASSPHRASE_FILE"] == str(file)
    assert "PULUMI_CONFIG_PASSPHRASE" not in made


def test_another_backend_and_secrets_provider_are_the_clis(project: Path, fake: Fake) -> None:
    (project / "Pulumi.dev.yaml").write_text("secretsprovider: awskms://alias/lake\n")
    elsewhere = locate(project, variables={"PULUMI_BACKEND_URL": "s3://states?region=eu-west-1"})

    PulumiEngine(elsewhere, "dev", fake.variables).run("preview", Options(), lambda event: None)

    [_, init, preview] = fake.calls()
    assert init["arguments"][-2:] == ["--secrets-provider", "awskms://alias/lake"]
    assert preview["environment"]["PULUMI_BACKEND_URL"] == "s3://states?region=eu-west-1"


def test_the_login_of_pulumi_cloud_is_the_users(project: Path) -> None:
    """It lies in the user's home, where `pulumi login` left it."""
    cloud = locate(project, variables={"PULUMI_BACKEND_URL": "https://api.pulumi.com"})

    assert "PULUMI_HOME" not in environment(cloud, "dev", {})


def test_outputs_are_masked_unless_asked_for(engine: PulumiEngine, fake: Fake) -> None:
    fake.has_stack("dev")
    fake.answers(
        outputs_json={"schema": "bronze", "password": "[secret]"}, outputs_clear_json={"schema": "bronze", "password": "p"}
    )

    assert engine.outputs(show_secrets=False) == {"schema": "bronze", "password": "[secret]"}
    assert engine.outputs(show_secrets=True) == {"schema": "bronze", "password": "p"}


def test_an_updates_outputs_are_masked(engine: PulumiEngine, fake: Fake, heard: list[Event]) -> None:
    fake.has_stack("dev")
    fake.answers(up_json=DIGEST, outputs_json={"password": "[secret]"}, outputs_clear_json={"password": "p4ss"})

    result = engine.run("up", Options(), heard.append)

    assert result.outputs == {"password": "[secret]"}
    assert "p4ss" not in repr(heard)


def test_there_are_no_outputs_of_a_stack_that_is_not_there(engine: PulumiEngine, fake: Fake) -> None:
    assert engine.outputs(show_secrets=False) is None


def test_history_elsewhere_is_asked_of_the_cli_and_counted(project: Path, fake: Fake) -> None:
    """In the CLI's own shape; where a backend has no versions, they count from 1."""
    recorded = json.loads((GOLDEN / "history.json").read_text())
    fake.has_stack("dev")
    fake.answers(history_json=recorded)
    elsewhere = locate(project, variables={"PULUMI_BACKEND_URL": "s3://states"})

    records = PulumiEngine(elsewhere, "dev", fake.variables).history()

    assert list(records) == [
        {**entry, "version": number} for entry, number in zip(recorded, range(len(recorded), 0, -1), strict=True)
    ]


def test_earlier_states_elsewhere_are_refused_by_name(project: Path, fake: Fake) -> None:
    elsewhere = locate(project, variables={"PULUMI_BACKEND_URL": "s3://states"})

    with pytest.raises(HistoryUnavailable, match=r"dev at version 3 .* s3://states"):
        PulumiEngine(elsewhere, "dev", fake.variables).checkpoint(3)


def test_a_failed_step_fails_the_operation(engine: PulumiEngine, fake: Fake, heard: list[Event]) -> None:
    """With the provider's words, and not the CLI's `update failed`."""
    urn = DIGEST["steps"][1]["urn"]
    failed = {"op": "update", "urn": urn, "type": "databricks:index/schema:Schema"}
    fake.has_stack("dev")
    fake.answers(
        up_json={},
        events_json=[
            {"resourcePreEvent": {"metadata": failed}},
            {
                "diagnosticEvent": {
                    "severity": "error",
                    "message": "<{%reset%}>no such catalog<{%reset%}>\n",
                    "color": "raw",
                    "urn": urn,
                }
            },
            {"resOpFailedEvent": {"metadata": failed, "status": 1, "steps": 1}},
        ],
        up_error="update failed",
    )

    result = engine.run("up", Options(), heard.append)

    assert (result.succeeded, result.error) == (False, "no such catalog")
    assert [event.error for event in heard if isinstance(event, StepEnded)] == ["no such catalog"]
    assert Diagnostic("error", "no such catalog", urn) in heard


def test_what_the_cli_says_at_the_end_is_told_if_nothing_else_was(engine: PulumiEngine, fake: Fake, heard: list[Event]) -> None:
    fake.answers(up_error="the disk is full")

    result = engine.run("up", Options(), heard.append)

    assert (result.succeeded, result.error) == (False, "the disk is full")
    assert Diagnostic("error", "the disk is full") in heard


def test_a_cli_that_could_not_begin_raises(engine: PulumiEngine, fake: Fake, heard: list[Event]) -> None:
    fake.answers(silent="", up_error="failed to load language plugin python")

    with pytest.raises(EngineFailed, match="language plugin python"):
        engine.run("up", Options(), heard.append)

    assert heard == []


def test_a_lock_of_another_is_told_as_a_lock(engine: PulumiEngine, fake: Fake) -> None:
    fake.answers(locked="")

    with pytest.raises(LockedError, match="currently locked by 1 lock"):
        engine.run("up", Options(), lambda event: None)


def test_an_interrupt_reaches_the_cli_once(engine: PulumiEngine, fake: Fake) -> None:
    """It drains, tells how far it got, and the operation has failed; nothing is left running."""
    fake.answers(up_json=DIGEST, hold="")
    heard: list[Event] = []

    def listen(event: Event) -> None:
        heard.append(event)
        if isinstance(event, StepStarted):
            os.kill(os.getpid(), signal.SIGINT)

    result = engine.run("up", Options(), listen)

    assert (result.succeeded, result.error) == (False, "update canceled")
    assert len([event for event in heard if isinstance(event, StepStarted)]) == 1


def test_an_old_cli_is_refused_with_the_version_that_is_needed(engine: PulumiEngine, fake: Fake) -> None:
    fake.answers(version="v3.100.0")

    with pytest.raises(EngineUnavailable, match=r"3\.259\.0, your current CLI version is 3\.100\.0"):
        engine.run("preview", Options(), lambda event: None)


def test_no_cli_is_refused_with_how_to_get_one(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match="is not there") as refused:
        PulumiEngine(settings, "dev", {"PATH": str(tmp_path)}).outputs(show_secrets=False)

    assert "version 3.259.0 or newer" in refused.value.remedy
