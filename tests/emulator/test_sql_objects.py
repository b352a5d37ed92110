"""Queries, alerts and dashboards: names, masks, the trash, etags, who may see them; pipelines beside them."""

from __future__ import annotations

from typing import Any

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import (
    Aborted,
    AlreadyExists,
    InvalidParameterValue,
    NotFound,
    PermissionDenied,
    ResourceAlreadyExists,
    ResourceConflict,
)
from databricks.sdk.errors import NotImplemented as NotServed

from infra.emulator import auth
from tests.emulator.conftest import LiveWorkspace

QUERIES, BOARDS, PIPELINES = "/api/2.0/sql/queries", "/api/2.0/lakeview/dashboards", "/api/2.0/pipelines"


def query(admin: WorkspaceClient, name: str, **more: Any) -> dict[str, Any]:
    body = {"query": {"display_name": name, "query_text": "select 1", "warehouse_id": "w", **more}}
    return dict(admin.api_client.do("POST", QUERIES, body=body))


def board(admin: WorkspaceClient, name: str, **more: Any) -> dict[str, Any]:
    return dict(admin.api_client.do("POST", BOARDS, body={"display_name": name, "parent_path": "/Shared", **more}))


def test_a_name_is_unique_in_its_folder_unless_it_may_be_resolved(admin: WorkspaceClient) -> None:
    """The home of whoever makes it is the folder if none is named."""
    first = query(admin, "twice")
    assert first["parent_path"] == f"/Workspace/Users/{admin.current_user.me().user_name}"
    with pytest.raises((AlreadyExists, ResourceAlreadyExists), match="Node named 'twice' already exists"):
        query(admin, "twice")
    assert query(admin, "twice", parent_path="/Shared")["parent_path"] == "/Workspace/Shared"
    body = {"query": {"display_name": "twice", "query_text": "select 1"}, "auto_resolve_display_name": True}
    assert admin.api_client.do("POST", QUERIES, body=body)["display_name"] == "twice (1)"


def test_an_update_changes_what_its_mask_names(admin: WorkspaceClient) -> None:
    """What the mask names and the body does not have goes."""
    id = query(admin, "masked", description="x", tags=["a"])["id"]
    change = {"query": {"query_text": "select 2", "tags": ["b"]}, "update_mask": "query_text,description"}
    found: Any = admin.api_client.do("PATCH", f"{QUERIES}/{id}", body=change)
    assert (found["query_text"], found["tags"], found.get("description")) == ("select 2", ["a"], None)
    with pytest.raises(InvalidParameterValue, match="Invalid update_mask 'colour'"):
        admin.api_client.do("PATCH", f"{QUERIES}/{id}", body={"query": {}, "update_mask": "colour"})


def test_what_is_deleted_is_in_the_trash(admin: WorkspaceClient) -> None:
    """Read by its id, in no list, and its name is free."""
    id = query(admin, "trashed")["id"]
    admin.queries.delete(id)
    found: Any = admin.api_client.do("GET", f"{QUERIES}/{id}")
    assert found["lifecycle_state"] == "TRASHED"
    assert id not in [each.id for each in admin.queries.list()]
    query(admin, "trashed")


def test_others_see_a_query_when_they_are_given_it(workspace: LiveWorkspace, admin: WorkspaceClient) -> None:
    """CAN_VIEW to read, CAN_EDIT to change."""
    user = admin.users.create(user_name="viewer@example.com")
    viewer = workspace.client(auth.issue_token(workspace.inside, str(user.id))[0])
    id = query(admin, "given")["id"]
    with pytest.raises(PermissionDenied):
        viewer.queries.get(id)
    entry = {"user_name": "viewer@example.com", "permission_level": "CAN_VIEW"}
    admin.api_client.do("PATCH", f"/api/2.0/permissions/sql/queries/{id}", body={"access_control_list": [entry]})
    assert viewer.queries.get(id).display_name == "given"
    with pytest.raises(PermissionDenied, match="CAN_EDIT"):
        viewer.api_client.do("PATCH", f"{QUERIES}/{id}", body={"query": {"query_text": "x"}, "update_mask": "query_text"})


def test_a_dashboard_is_published_apart_from_its_draft(admin: WorkspaceClient) -> None:
    """A draft that has changed has another etag, and an update of an older one is refused."""
    made = board(admin, "gold", warehouse_id="w", serialized_dashboard='{"pages": [{"name": "p"}]}')
    at = f"{BOARDS}/{made['dashboard_id']}"
    assert made["serialized_dashboard"] == '{"pages":[{"name":"p","pageType":"PAGE_TYPE_CANVAS"}]}\n'
    with pytest.raises(NotFound):
        admin.lakeview.get_published(made["dashboard_id"])
    published: Any = admin.api_client.do("POST", f"{at}/published", body={"embed_credentials": False})
    assert (published["warehouse_id"], published["embed_credentials"]) == ("w", False)
    changed: Any = admin.api_client.do("PATCH", at, body={"display_name": "golden", "etag": made["etag"]})
    assert changed["path"] == "/Shared/golden.lvdash.json"
    with pytest.raises(Aborted):
        admin.api_client.do("PATCH", at, body={"display_name": "x", "etag": made["etag"]})


def test_a_dashboard_lies_in_the_tree_until_it_is_trashed(admin: WorkspaceClient) -> None:
    """By either of the two APIs."""
    one, other = board(admin, "one"), board(admin, "other")
    with pytest.raises((AlreadyExists, ResourceAlreadyExists)):
        board(admin, "one")
    assert admin.workspace.get_status("/Shared/one.lvdash.json").resource_id == one["dashboard_id"]
    admin.lakeview.trash(one["dashboard_id"])
    admin.workspace.delete("/Shared/other.lvdash.json")
    for made in (one, other):
        found: Any = admin.api_client.do("GET", f"{BOARDS}/{made['dashboard_id']}")
        assert found["lifecycle_state"] == "TRASHED"
    with pytest.raises(PermissionDenied, match="in the trash"):
        admin.lakeview.trash(one["dashboard_id"])
    with pytest.raises(InvalidParameterValue, match="Failed to parse serialized_dashboard"):
        board(admin, "broken", serialized_dashboard="{")


def test_pipelines_are_kept_and_not_run(admin: WorkspaceClient) -> None:
    """Names are unique unless duplicates are allowed; a list may be filtered; starting one is refused by name."""
    body = {"name": "flights", "libraries": [{"file": {"path": "/Shared/p.py"}}]}
    id = admin.api_client.do("POST", PIPELINES, body=body)["pipeline_id"]
    with pytest.raises((AlreadyExists, ResourceConflict), match="is already used by another pipeline"):
        admin.api_client.do("POST", PIPELINES, body=body)
    admin.api_client.do("POST", PIPELINES, body=body | {"allow_duplicate_names": True})
    assert len(list(admin.pipelines.list_pipelines(filter="name LIKE 'fli%'"))) == 2
    found = admin.pipelines.get(id)
    assert found.spec is not None
    assert found.spec.storage == f"dbfs:/pipelines/{id}"
    with pytest.raises(NotServed, match="it has no Spark"):
        admin.pipelines.start_update(id)
    with pytest.raises(InvalidParameterValue, match="cannot move between a storage location and Unity Catalog"):
        admin.api_client.do("PUT", f"{PIPELINES}/{id}", body=body | {"catalog": "main", "allow_duplicate_names": True})
    admin.pipelines.delete(id)
    with pytest.raises(NotFound):
        admin.pipelines.get(id)
