"""Which artifacts standard clusters may use: one list a type, below …/artifact-allowlists.

databricks-sdk `catalog.ArtifactAllowlistInfo`; https://docs.databricks.com/api/workspace/artifactallowlists.
"""

from __future__ import annotations

from typing import Any, Final

from infra.emulator.errors import InvalidParameter
from infra.emulator.requests import Request, Route
from infra.emulator.store import Document
from infra.emulator.unity.privileges import require
from infra.emulator.unity.securables import METASTORE
from infra.emulator.workspace import Caller, Workspace

_KIND: Final = "artifact_allowlist"
_TYPES: Final = ("INIT_SCRIPT", "LIBRARY_JAR", "LIBRARY_MAVEN")


def _type(request: Request) -> str:
    kind = request.parameters["type"]
    if kind not in _TYPES:
        raise InvalidParameter(f"artifact_type must be one of {', '.join(_TYPES)}, got '{kind}'")
    return kind


def _matcher(said: Any) -> Document:
    if not isinstance(said, dict) or not said.get("artifact"):
        raise InvalidParameter("artifact_matchers must be objects with an artifact and a match_type")
    if said.get("match_type") != "PREFIX_MATCH":
        raise InvalidParameter(f"match_type must be PREFIX_MATCH, got '{said.get('match_type')}'")
    return {"artifact": said["artifact"], "match_type": "PREFIX_MATCH"}


def _get(workspace: Workspace, caller: Caller, request: Request) -> Document:
    kind = _type(request)
    require(workspace, caller, "MANAGE_ALLOWLIST", METASTORE, workspace.metastore_id)
    return workspace.store.get(_KIND, kind) or {"metastore_id": workspace.metastore_id}


def _set(workspace: Workspace, caller: Caller, request: Request) -> Document:
    kind = _type(request)
    require(workspace, caller, "MANAGE_ALLOWLIST", METASTORE, workspace.metastore_id)
    matchers = [_matcher(said) for said in request.body.get("artifact_matchers") or []]
    document: Document = {
        "created_at": workspace.clock.millis(),
        "created_by": caller.name,
        "metastore_id": workspace.metastore_id,
        **({"artifact_matchers": matchers} if matchers else {}),
    }
    workspace.store.put(_KIND, kind, document)
    return document


_PATH = "/api/2.1/unity-catalog/artifact-allowlists/{type}"
routes = [Route("GET", _PATH, _get), Route("PUT", _PATH, _set)]
