"""One resource of each type against a recording of the official provider: checked inputs, stored state, diffs, requests."""

from __future__ import annotations

from typing import Any

import pytest

from infra.engine.ports import CheckResult, Subject
from infra.engine.values import Properties, Secret
from infra.providers.databricks import registry
from tests.providers.recording import RESOURCES, Replay, multipart, opened, program_inputs, replaying

names = pytest.mark.parametrize("name", sorted(RESOURCES))


def in_framework(name: str) -> bool:
    return registry.RESOURCES[RESOURCES[name]["type"]].shape.framework


def changes(found: dict[str, Any]) -> bool:
    """Whether the second program changes it in place, in a state that is known."""
    changed = found["detailedDiff"] or (
        in_framework(found["name"]) and found["created"]["inputs"] != found["updated"]["inputs"]
    )
    return bool(changed and found["refreshed"] and not found["replaceReasons"])


updated = pytest.mark.parametrize("name", sorted(name for name, found in RESOURCES.items() if changes({"name": name} | found)))

#: Where we differ on purpose, by resource.
DIFFS: dict[str, dict[str, str]] = {
    # The recording's workspace says nothing of how a connection was provisioned; the official provider takes that for a change.
    "con": {"options.host": "update"},
    # The official provider compares tasks by position, though it stores them by key: it shows tasks that nobody changed.
    "job": {"maxConcurrentRuns": "update", "runAs.servicePrincipalName": "update", "runAs.userName": "delete"},
    # The recording's workspace answers no odbcParams; the official provider takes that for a difference for ever.
    "wh": {"clusterSize": "update"},
}
#: Requests with less than the official provider's: it repeats what the first call has set, or sends empty entitlements.
SHORTER = {
    ("PATCH", "/api/2.1/unity-catalog/catalogs/streaming_prod"),
    ("PATCH", "/api/2.1/unity-catalog/schemas/streaming_prod.bronze"),
    ("POST", "/api/2.0/preview/scim/v2/Groups"),
    ("POST", "/api/2.0/preview/scim/v2/ServicePrincipals"),
    ("POST", "/api/2.0/preview/scim/v2/Users"),
    ("PUT", "/api/2.0/preview/scim/v2/ServicePrincipals/5005"),
    ("PUT", "/api/2.0/preview/scim/v2/Groups/5006"),
    ("PATCH", "/api/2.1/unity-catalog/models/streaming_prod.bronze.segments"),
    ("POST", "/api/2.0/sql/warehouses/7a0eed7f-1344-ed6f-7a0e-ed7f1344edfb/edit"),
}

#: Computed objects that the recording's workspace never answers.
FRESH = ("effectivePredictiveOptimizationFlag", "provisioningInfo", "databricksGcpServiceAccount", "effectiveFileEventQueue")


def subject(name: str) -> Subject:
    return Subject(f"urn:pulumi:prod::all-types::{RESOURCES[name]['type']}::{name}", RESOURCES[name]["type"], name)


def checked(name: str, phase: str, olds: Properties | None = None) -> CheckResult:
    _, provider = replaying("create")
    return provider.check(subject(name), olds, program_inputs(opened(RESOURCES[name][phase]["inputs"])))


def refreshed(name: str) -> dict[str, Any]:
    """The state after the refresh, with the secrets of before, which the recording hides there; empty where there is none."""
    recorded = RESOURCES[name]
    olds: dict[str, Any] = opened(recorded["refreshed"])
    for part, values in olds.items():
        values.update({key: opened(recorded["created"][part][key]) for key, value in values.items() if value == "[secret]"})
    return olds


@names
def test_inputs_are_completed_as_the_official_provider_does(name: str) -> None:
    """Defaults, and `__defaults` at every object's level."""
    assert CheckResult(opened(RESOURCES[name]["created"]["inputs"])) == checked(name, "created")


@names
def test_defaults_of_before_are_kept(name: str) -> None:
    """After a refresh, a defaulted property has the stored value, which the next check goes on with."""
    olds = opened(RESOURCES[name]["refreshed"].get("inputs")) or None
    assert CheckResult(opened(RESOURCES[name]["updated"]["inputs"])) == checked(name, "updated", olds)


@names
def test_a_create_stores_what_the_official_provider_stores(name: str) -> None:
    """Every output, null ones, `__meta` and the raw state delta included."""
    _, provider = replaying("create")
    created = provider.create(subject(name), checked(name, "created").inputs, preview=False)
    assert RESOURCES[name]["id"] == created.id
    assert opened(RESOURCES[name]["created"]["outputs"]) == created.outputs


@updated
def test_an_update_stores_what_the_official_provider_stores(name: str) -> None:
    """From the state that the official provider left."""
    recorded = RESOURCES[name]
    _, provider = replaying("update")
    olds = refreshed(name)
    news = checked(name, "updated", olds["inputs"]).inputs
    outputs = provider.update(subject(name), recorded["id"], olds["inputs"], olds["outputs"], news, preview=False)
    if name == "rm":  # the official provider updates a model twice
        outputs["updatedAt"] = recorded["updated"]["outputs"]["updatedAt"]
    assert _without_fresh_blocks(opened(recorded["updated"]["outputs"])) == _without_fresh_blocks(outputs)


def _without_fresh_blocks(outputs: Properties) -> Properties:
    """Computed objects that the workspace never answered: null in Terraform at first, an empty list after a refresh."""
    delta = outputs["__pulumi_raw_state_delta"]["obj"].get("ps", {})
    for name in FRESH:
        delta.pop(name, None)
    return outputs


@names
def test_a_diff_names_what_the_official_provider_names(name: str) -> None:
    """Paths, kinds and replacements of the second program, after a refresh."""
    recorded = RESOURCES[name]
    _, provider = replaying("update")
    olds = refreshed(name) or {"inputs": opened(recorded["created"]["inputs"])}
    olds.setdefault("outputs", opened(recorded["created"]["outputs"]))
    news = checked(name, "updated", olds["inputs"]).inputs
    diff = provider.diff(subject(name), recorded["id"], olds["inputs"], olds["outputs"], news)
    official = {path: shown["kind"] for path, shown in recorded["detailedDiff"].items()}
    if not in_framework(name):  # of those the official provider tells only that something changes
        assert DIFFS.get(name, official) == {path: shown.kind for path, shown in (diff.detailed or {}).items()}
    assert tuple(recorded["replaceReasons"]) == diff.replaces
    assert {shown.input_diff for shown in (diff.detailed or {}).values()} <= {False}


@names
def test_a_second_run_of_the_same_program_finds_no_difference(name: str) -> None:
    """On the state that the official provider wrote."""
    recorded = RESOURCES[name]["created"]
    _, provider = replaying("create")
    inputs = opened(recorded["inputs"])
    if name == "job":  # the recording's workspace answered another principal than the one the job was to run as
        inputs["runAs"] = {"__defaults": [], "userName": recorded["outputs"]["runAs"]["userName"]}
    if name == "al":  # it answered none of what the alert was given
        inputs |= {"displayName": "", "queryId": "", "notifyOnOk": False}
    diff = provider.diff(subject(name), RESOURCES[name]["id"], inputs, opened(recorded["outputs"]), inputs)
    assert (diff.changes, diff.detailed) == (False, {})


@names
def test_a_create_sends_what_the_official_provider_sends(name: str) -> None:
    """Bodies; and no call that it does not make."""
    client, provider = replaying("create")
    provider.create(subject(name), checked(name, "created").inputs, preview=False)
    _compare_requests(client)


@updated
def test_an_update_sends_what_the_official_provider_sends(name: str) -> None:
    """Bodies; and no call that it does not make."""
    recorded = RESOURCES[name]
    client, provider = replaying("update")
    olds = refreshed(name)
    news = checked(name, "updated", olds["inputs"]).inputs
    provider.update(subject(name), recorded["id"], olds["inputs"], olds["outputs"], news, preview=False)
    _compare_requests(client)


def _compare_requests(client: Replay) -> None:
    for method, path, body in client.sent:
        recorded = client.recorded(method, path, body)
        assert recorded is not None, f"{method} {path}"
        if isinstance(recorded["request"], str):
            assert multipart(recorded["request"])[0] in path or "import" in path
        elif body is not None and (method, path) in SHORTER:
            assert {key: recorded["request"][key] for key in body} == body
        elif body is not None and not path.endswith("/reset"):
            assert _ordered(recorded["request"]) == _ordered(body)


def _ordered(value: Any) -> Any:
    """A body in which the order of privileges does not matter, without the number that a request has by itself."""
    if isinstance(value, dict):
        items = {key: item for key, item in value.items() if key != "request_id"}
        return {key: sorted(item) if key in {"add", "remove"} else _ordered(item) for key, item in items.items()}
    return [_ordered(item) for item in value] if isinstance(value, list) else value


def test_a_job_is_reset_to_the_tasks_of_the_program() -> None:
    """Without the fields that the official provider carries over from its state."""
    client, provider = replaying("update")
    olds = opened(RESOURCES["job"]["refreshed"])
    news = checked("job", "updated", olds["inputs"]).inputs
    provider.update(subject("job"), RESOURCES["job"]["id"], olds["inputs"], olds["outputs"], news, preview=False)
    path = "/api/2.2/jobs/reset"
    body = next(body for _, sent, body in client.sent if sent == path)
    recorded = client.recorded("POST", path, body)
    assert recorded is not None
    assert recorded["request"]["job_id"] == body["job_id"]
    official = recorded["request"]["new_settings"]
    for task in official["tasks"]:
        task.pop("email_notifications")
        task.pop("run_if")
    official["tasks"].sort(key=lambda task: task["task_key"])
    official.pop("webhook_notifications")
    assert official == body["new_settings"]


def test_the_value_of_a_secret_is_secret_in_the_state() -> None:
    """Though the program did not say so."""
    _, provider = replaying("create")
    inputs = checked("sec", "created").inputs | {"stringValue": "s3cr3t"}
    assert Secret("s3cr3t") == provider.create(subject("sec"), inputs, preview=False).outputs["stringValue"]
