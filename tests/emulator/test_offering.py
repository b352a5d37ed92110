"""What is declared for others: experiments, serving and vector search endpoints, Git folders and credentials, shares."""

from __future__ import annotations

from typing import Any

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import AlreadyExists, BadRequest, InvalidParameterValue, NotFound, ResourceConflict
from databricks.sdk.errors import NotImplemented as NotServed

SERVING, VECTORS, REPOS = "/api/2.0/serving-endpoints", "/api/2.0/vector-search", "/api/2.0/repos"
UC = "/api/2.1/unity-catalog"


def do(admin: WorkspaceClient, method: str, path: str, /, **body: Any) -> Any:
    return admin.api_client.do(method, path, body=body or None)


def test_a_serving_endpoint_gets_ready_and_answers_nothing(admin: WorkspaceClient) -> None:
    """What is left out of its config is filled in; routes must lead somewhere, and come to a hundred."""
    entities = [{"entity_name": "main.ml.churn", "entity_version": "3"}]
    made = do(admin, "POST", SERVING, name="churn", config={"served_entities": entities})
    assert made["state"] == {"ready": "NOT_READY", "config_update": "IN_PROGRESS"}
    found = do(admin, "GET", f"{SERVING}/churn")
    assert found["state"] == {"ready": "READY", "config_update": "NOT_UPDATING"}
    assert [each["name"] for each in found["config"]["served_entities"]] == ["churn-3"]
    routes = {"routes": [{"served_model_name": "churn-3", "traffic_percentage": 90}]}
    with pytest.raises(InvalidParameterValue, match="must come to 100"):
        do(admin, "PUT", f"{SERVING}/churn/config", served_entities=entities, traffic_config=routes)
    with pytest.raises(NotServed, match="it serves none"):
        do(admin, "POST", "/serving-endpoints/churn/invocations", inputs=[1])
    do(admin, "DELETE", f"{SERVING}/churn")
    with pytest.raises(NotFound):
        do(admin, "GET", f"{SERVING}/churn")


def test_keys_in_clear_are_not_kept(admin: WorkspaceClient) -> None:
    """Neither answered nor written down."""
    model = {"name": "gpt", "provider": "openai", "task": "llm/v1/chat", "openai_config": {"openai_api_key_plaintext": "k3y"}}
    do(admin, "POST", SERVING, name="external", config={"served_entities": [{"name": "e", "external_model": model}]})
    assert "k3y" not in str(do(admin, "GET", f"{SERVING}/external"))


def test_an_index_needs_its_endpoint_and_its_table(admin: WorkspaceClient) -> None:
    """An endpoint with indexes stays; searching is refused by name."""
    admin.catalogs.create("vectors")
    admin.schemas.create("s", "vectors")
    do(admin, "POST", f"{VECTORS}/endpoints", name="e", endpoint_type="STANDARD")
    index = {"name": "vectors.s.i", "endpoint_name": "e", "index_type": "DELTA_SYNC", "primary_key": "id"}
    spec = {"source_table": "vectors.s.missing", "pipeline_type": "TRIGGERED"}
    with pytest.raises(NotFound, match=r"Table 'vectors\.s\.missing' does not exist"):
        do(admin, "POST", f"{VECTORS}/indexes", **index, delta_sync_index_spec=spec)
    direct = {"embedding_vector_columns": [{"name": "v", "embedding_dimension": 3}]}
    do(admin, "POST", f"{VECTORS}/indexes", **index | {"index_type": "DIRECT_ACCESS"}, direct_access_index_spec=direct)
    assert do(admin, "GET", f"{VECTORS}/endpoints/e")["num_indexes"] == 1
    with pytest.raises(BadRequest, match="has indexes"):
        do(admin, "DELETE", f"{VECTORS}/endpoints/e")
    with pytest.raises(NotServed, match="searching"):
        do(admin, "POST", f"{VECTORS}/indexes/vectors.s.i/query", num_results=1)


def test_an_experiment_is_renamed_deleted_and_restored(admin: WorkspaceClient) -> None:
    """It lies in the tree; a deleted one is read by its id."""
    id = str(admin.experiments.create_experiment("/Shared/churn").experiment_id)
    admin.experiments.update_experiment(id, new_name="/Shared/churned")
    assert admin.workspace.get_status("/Shared/churned").resource_id == id
    admin.experiments.delete_experiment(id)
    found = admin.experiments.get_experiment(id).experiment
    assert found is not None
    assert found.lifecycle_stage == "deleted"
    with pytest.raises(NotFound):
        admin.experiments.get_by_name("/Shared/churned")
    admin.experiments.restore_experiment(id)
    assert admin.experiments.get_by_name("/Shared/churned").experiment is not None


def test_a_git_folder_follows_branches_and_tags(admin: WorkspaceClient) -> None:
    """Files can be put into it; it goes with all that is in it."""
    do(admin, "POST", "/api/2.0/workspace/mkdirs", path="/Repos/acme")
    url = "https://github.com/acme/platform.git"
    made = do(admin, "POST", REPOS, url=url, provider="gitHub", path="/Repos/acme/platform")
    moved = do(admin, "PATCH", f"{REPOS}/{made['id']}", tag="v1")
    assert ("branch" in moved, moved["head_commit_id"] == made["head_commit_id"]) == (False, False)
    do(admin, "POST", "/api/2.0/workspace/mkdirs", path="/Repos/acme/platform/dbt")
    with pytest.raises(BadRequest, match="Invalid Git provider"):
        do(admin, "POST", REPOS, url=url, provider="fossil", path="/Repos/acme/other")
    do(admin, "DELETE", f"{REPOS}/{made['id']}")
    with pytest.raises(NotFound):
        admin.workspace.get_status("/Repos/acme/platform")


def test_git_credentials_are_told_apart_by_their_names(admin: WorkspaceClient) -> None:
    """And their tokens are in no answer."""
    one = {"git_provider": "gitHub", "git_username": "a", "personal_access_token": "t0ken"}
    made = do(admin, "POST", "/api/2.0/git-credentials", **one)
    assert "t0ken" not in str(made)
    with pytest.raises((AlreadyExists, ResourceConflict), match="Only one Git credential is supported"):
        do(admin, "POST", "/api/2.0/git-credentials", **one)
    do(admin, "POST", "/api/2.0/git-credentials", **one, name="second")
    assert len(do(admin, "GET", "/api/2.0/git-credentials")["credentials"]) == 2


def test_a_share_holds_what_exists_and_is_granted_to_recipients(admin: WorkspaceClient) -> None:
    """SELECT, and nothing else."""
    admin.catalogs.create("shared")
    admin.schemas.create("gold", "shared")
    do(admin, "POST", f"{UC}/shares", name="orders")
    do(admin, "POST", f"{UC}/recipients", name="partner", authentication_type="TOKEN")
    missing = {"action": "ADD", "data_object": {"name": "shared.silver", "data_object_type": "SCHEMA"}}
    with pytest.raises(NotFound, match="does not exist"):
        do(admin, "PATCH", f"{UC}/shares/orders", updates=[missing])
    there = {"action": "ADD", "data_object": {"name": "shared.gold", "data_object_type": "SCHEMA"}}
    found = do(admin, "PATCH", f"{UC}/shares/orders", updates=[there])
    assert [each["status"] for each in found["objects"]] == ["ACTIVE"]
    change = {"principal": "partner", "add": ["SELECT"]}
    held = do(admin, "PATCH", f"{UC}/shares/orders/permissions", changes=[change])
    assert held == {"privilege_assignments": [{"principal": "partner", "privileges": ["SELECT"]}]}
    with pytest.raises(InvalidParameterValue, match="only SELECT"):
        do(admin, "PATCH", f"{UC}/shares/orders/permissions", changes=[change | {"add": ["MODIFY"]}])
    with pytest.raises(NotFound, match="Recipient 'nobody' does not exist"):
        do(admin, "PATCH", f"{UC}/shares/orders/permissions", changes=[change | {"principal": "nobody"}])
