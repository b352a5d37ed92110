"""`databricks:index/cluster:Cluster`: all-purpose clusters, `/api/2.1/clusters`, and their libraries.

A create answers with the id and the cluster starts; it is read until it runs (`noWait`: read once). Every create has an
idempotency token, so that one whose answer is lost makes no second cluster.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any, ClassVar, Final

from infra.engine.ports import CheckFailure, ProviderError, Timeouts
from infra.engine.values import Properties
from infra.providers.databricks import documents
from infra.providers.databricks.client import Answer
from infra.providers.databricks.compute.cluster_shape import CLUSTER
from infra.providers.databricks.differences import top_level
from infra.providers.databricks.errors import Incomplete, Refused
from infra.providers.databricks.listings import Listing, pages
from infra.providers.databricks.resource import Resource, found, made_since
from infra.providers.databricks.workspace import Workspace

_CLUSTERS: Final = "/api/2.1/clusters"
_LIBRARIES: Final = "/api/2.0/libraries"
#: What an edit does not change.
_BESIDE: Final = frozenset({"libraries", "isPinned", "noWait", "clearCloudAttributesOnRemove"})
_SIZES: Final = frozenset({"numWorkers", "autoscale"})
#: What no answer holds.
_SILENT: Final = ("applyPolicyDefaultValues", "idempotencyToken", "clusterMountInfos", "isSingleNode", "kind", "useMlRuntime")
_POOLED: Final = ("nodeTypeId", "driverNodeTypeId")
_ENDED: Final = frozenset({"ERROR", "TERMINATED", "TERMINATING"})
_MINUTES: Final = 60.0


class Cluster(Resource):
    """A cluster; the server makes its id. Names are not unique."""

    token = "databricks:index/cluster:Cluster"
    version = 4
    timeouts: ClassVar = {"create": 1800, "delete": 1800, "update": 1800}
    shape = CLUSTER

    def verify(self, inputs: Properties) -> Iterator[CheckFailure]:
        clouds = [name for name in ("awsAttributes", "azureAttributes", "gcpAttributes") if inputs.get(name)]
        if len(clouds) > 1:
            yield CheckFailure(clouds[1], f"and {clouds[0]} exclude each other: a workspace is in one cloud")
        for pool in ("instancePoolId", "driverInstancePoolId"):
            for name in _POOLED:
                if inputs.get(pool) and inputs.get(name):
                    yield CheckFailure(name, f"and {pool} exclude each other: a pool has its own node type")

    def locate(self, workspace: Workspace, inputs: Properties, since: float) -> str | None:
        """By its name, which others may have too: the one started since then."""
        for cluster in pages(workspace, Listing(f"{_CLUSTERS}/list", "clusters", "cluster_id", (("page_size", 100),))):
            same = cluster.get("cluster_name", "") == (inputs.get("clusterName") or "")
            if same and made_since({"created_at": cluster.get("start_time")}, since):
                return str(cluster["cluster_id"])
        return None

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        body = {"idempotency_token": uuid.uuid4().hex} | self._settings(inputs)
        id = str(workspace.post(f"{_CLUSTERS}/create", body, repeatable=True)["cluster_id"])
        try:
            if inputs.get("isPinned"):
                workspace.post(f"{_CLUSTERS}/pin", {"cluster_id": id}, repeatable=True)
            self._install(workspace, id, "install", _libraries(self.shape, inputs))
            answer = workspace.get(f"{_CLUSTERS}/get", cluster_id=id)
            if not inputs.get("noWait"):
                answer = _running(workspace, id, answer, limits.create or self.timeouts["create"])
            return id, self._stored(workspace, id, answer, inputs)
        except ProviderError as error:
            raise Incomplete(id, self._stored(workspace, id, {}, inputs), error) from error

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        answer = found(workspace, f"{_CLUSTERS}/get", cluster_id=id)
        if answer is None:
            return None
        query = (("filter_by.is_pinned", True), ("page_size", 100))
        listed = pages(workspace, Listing(f"{_CLUSTERS}/list", "clusters", "cluster_id", query))
        pinned = any(cluster.get("cluster_id") == id for cluster in listed)
        if known.get("libraries"):  # what others installed is left alone where the program has none
            status = workspace.get(f"{_LIBRARIES}/cluster-status", cluster_id=id)
            installed = [entry["library"] for entry in status.get("library_statuses") or ()]
            answer |= {"libraries": _in_order(installed, _libraries(self.shape, known))}
        return self._stored(workspace, id, answer, known | {"isPinned": pinned, "libraries": []})

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        changed = {top_level(path) for path, _, _ in self.differences(olds, news)}
        if changed - _BESIDE:
            self._edit(workspace, id, olds, news, only_sizes=changed - _BESIDE <= _SIZES)
        if bool(olds.get("isPinned")) != bool(news.get("isPinned")):
            action = "pin" if news.get("isPinned") else "unpin"
            workspace.post(f"{_CLUSTERS}/{action}", {"cluster_id": id}, repeatable=True)
        if "libraries" in changed:
            self._exchange(workspace, id, olds, news, limits.update or self.timeouts["update"])
        answer = workspace.get(f"{_CLUSTERS}/get", cluster_id=id)
        return self._stored(workspace, id, answer, news)

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        if outputs.get("isPinned"):
            workspace.post(f"{_CLUSTERS}/unpin", {"cluster_id": id}, repeatable=True)
        try:
            workspace.post(f"{_CLUSTERS}/permanent-delete", {"cluster_id": id}, repeatable=True)
        except Refused as error:
            if "unpin the cluster first" not in str(error):  # there is no code for it
                raise
            workspace.post(f"{_CLUSTERS}/unpin", {"cluster_id": id}, repeatable=True)
            workspace.post(f"{_CLUSTERS}/permanent-delete", {"cluster_id": id}, repeatable=True)

    def _settings(self, values: Properties) -> Answer:
        """A request's settings: all of them, as an edit replaces them."""
        body = documents.body(self.shape, {name: value for name, value in values.items() if name not in _BESIDE})
        body = {key: value for key, value in body.items() if value not in (None, "", [], {})}
        if body.get("instance_pool_id"):
            for key in ("node_type_id", "driver_node_type_id", "enable_elastic_disk"):
                body.pop(key, None)
            body |= _reduced(body)
        else:
            body.pop("driver_instance_pool_id", None)
        if "autoscale" in body:
            body.pop("num_workers", None)
        else:
            body["num_workers"] = values.get("numWorkers") or 0
        return body

    def _edit(self, workspace: Workspace, id: str, olds: Properties, news: Properties, *, only_sizes: bool) -> None:
        running = workspace.get(f"{_CLUSTERS}/get", cluster_id=id).get("state") == "RUNNING"
        settings = self._settings(self.expected(olds, news))
        settings.pop("default_tags", None)
        if only_sizes and running:  # a cluster that is resized goes on serving queries
            size = {key: settings[key] for key in ("autoscale", "num_workers") if key in settings}
            workspace.post(f"{_CLUSTERS}/resize", {"cluster_id": id} | size, repeatable=True)
            return
        waited, pause = 0.0, 1.0
        while True:
            try:
                workspace.post(f"{_CLUSTERS}/edit", settings | {"cluster_id": id}, repeatable=True)
            except Refused as error:
                if error.code != "INVALID_STATE" or waited >= 15 * _MINUTES:
                    raise
            else:
                return
            workspace.sleep(pause)  # it is starting or resizing
            waited, pause = waited + pause, min(pause * 1.5, 10.0)

    def _exchange(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limit: float) -> None:
        """Install and uninstall, on a cluster that runs; one that did not is terminated again."""
        before, wanted = _libraries(self.shape, olds), _libraries(self.shape, news)
        was = workspace.get(f"{_CLUSTERS}/get", cluster_id=id)
        if was.get("state") in _ENDED:
            workspace.post(f"{_CLUSTERS}/start", {"cluster_id": id}, repeatable=True)
        _running(workspace, id, workspace.get(f"{_CLUSTERS}/get", cluster_id=id), limit)
        self._install(workspace, id, "uninstall", [library for library in before if library not in wanted])
        self._install(workspace, id, "install", [library for library in wanted if library not in before])
        if was.get("state") == "TERMINATED":
            workspace.post(f"{_CLUSTERS}/delete", {"cluster_id": id}, repeatable=True)

    def _install(self, workspace: Workspace, id: str, action: str, listed: list[Answer]) -> None:
        if listed:
            workspace.post(f"{_LIBRARIES}/{action}", {"cluster_id": id, "libraries": listed}, repeatable=True)

    def _stored(self, workspace: Workspace, id: str, answer: Answer, known: Properties) -> Properties:
        shown = {key: value for key, value in answer.items() if value not in ("", [], {})}
        kept = self.locals(known) | {name: known.get(name) for name in _SILENT}
        image = known.get("dockerImage")
        installed = answer.get("libraries", _libraries(self.shape, known))
        url = {"url": f"{workspace.host}/#setting/clusters/{id}/configuration"}
        outputs = {"cluster_id": id, "libraries": installed, "is_pinned": bool(known.get("isPinned"))}
        return self.outputs(workspace, id, shown | outputs, kept | {"dockerImage": image} | url)


def _libraries(shape: Any, values: Properties) -> list[Answer]:
    """A program's, or the state's, libraries as the API writes them."""
    listed = documents.body(shape, {"libraries": values.get("libraries") or []})["libraries"]
    return [_without_zeroes(library) for library in listed]


def _in_order(installed: list[Answer], before: list[Answer]) -> list[Answer]:
    """Libraries, a set, in the order that the state has them."""
    return sorted(installed, key=lambda library: before.index(library) if library in before else len(before))


def _without_zeroes(document: Answer) -> Answer:
    compact = {key: _without_zeroes(value) if isinstance(value, dict) else value for key, value in document.items()}
    return {key: value for key, value in compact.items() if value not in ("", [], {}, None)}


def _reduced(body: Answer) -> Answer:
    """Of what a cloud's attributes say, that which a pool does not say itself."""
    reduced: Answer = {}
    if "aws_attributes" in body:
        reduced["aws_attributes"] = _without_zeroes(
            {"instance_profile_arn": body["aws_attributes"].get("instance_profile_arn")}
        )
    if "azure_attributes" in body:
        reduced["azure_attributes"] = {}
    if "gcp_attributes" in body:
        account = body["gcp_attributes"].get("google_service_account")
        reduced["gcp_attributes"] = _without_zeroes({"google_service_account": account})
    return reduced


def _running(workspace: Workspace, id: str, answer: Answer, limit: float) -> Answer:
    waited, pause = 0.0, 0.2
    while answer.get("state") != "RUNNING":
        why = answer.get("state_message") or "the workspace gives no reason"
        if answer.get("state") in _ENDED:
            raise ProviderError(f"the cluster {id} is {answer['state']} instead of RUNNING: {why}")
        if waited >= limit:
            raise ProviderError(f"the cluster {id} is still {answer.get('state')} after {limit:.0f} s: {why}")
        workspace.sleep(pause)
        waited, pause = waited + pause, min(pause * 1.5, 10.0)
        answer = workspace.get(f"{_CLUSTERS}/get", cluster_id=id)
    return answer
