"""What of the repository goes to the workspace: notebooks, files, git folders, queries, alerts, dashboards, pipelines."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest

from tests.components.conftest import DELIVERY, ENVIRONMENTS
from tests.stacks.program import Project, Registered, number

HOME = "/Shared/lakestead/working/delivered"
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}


def test_what_says_no_path_goes_with_the_environment(working: Registered) -> None:
    """One folder holds it, is made first, and is removed with everything in it."""
    assert working.inputs("Directory", "delivered/home") == {"path": HOME, "deleteRecursive": True}
    assert {urn.rpartition("::")[2] for urn in working.of("Notebook")["ingest"]["depends_on"]} == {"delivered/home"}
    assert working.inputs("Directory", "drafts") == {"path": "/Shared/drafts"}


def test_a_notebook_travels_with_its_language(working: Registered) -> None:
    """Its text is in the state, so that an earlier version can be brought back from there."""
    ingest = working.inputs("Notebook", "ingest")

    assert (ingest["path"], ingest["language"]) == (f"{HOME}/notebooks/ingest", "PYTHON")
    assert base64.b64decode(ingest["contentBase64"]) == (DELIVERY / "ingest.py").read_bytes()
    assert (working.inputs("Notebook", "elsewhere")["path"], working.inputs("Notebook", "elsewhere")["language"]) == (
        "/Shared/elsewhere",
        "SQL",
    )


def test_files_keep_their_names(working: Registered) -> None:
    """In the workspace or in a volume; their content is kept beside the state."""
    kept = f"../.lakestead/state/assets/{hashlib.sha256((DELIVERY / 'load.py').read_bytes()).hexdigest()}"

    assert working.inputs("WorkspaceFile", "load") == {"path": f"{HOME}/files/load/load.py", "source": kept}
    assert working.inputs("WorkspaceFile", "refresh")["path"] == "/Shared/refresh.sql"
    file = working.inputs("databricks:index/file:File", "sample")
    assert file == {"path": "/Volumes/streaming_working/raw/landing/load.py", "source": kept}


def test_git_folders_sign_in_with_a_secret(working: Registered) -> None:
    """The token is secret; a folder names the credential by its number."""
    assert working.inputs("GitCredential", "host") == {
        "name": "host-working",
        "gitProvider": "gitHub",
        "gitUsername": "robot",
        "personalAccessToken": {**SECRET, "value": "git"},
    }
    assert working.inputs("Repo", "models") == {
        "url": "https://github.com/acme/models",
        "gitCredentialId": int(number("host")),
        "branch": "main",
        "path": f"{HOME}/git/models",
        "sparseCheckout": {"patterns": ["src"]},
    }
    assert working.inputs("Repo", "tools")["path"] == "/Shared/tools"


def test_a_query_means_the_environments_catalog(working: Registered) -> None:
    """Its text names none, and is the same in every environment."""
    assert working.inputs("Query", "top") == {
        "displayName": "top-working",
        "queryText": (DELIVERY / "top.sql").read_text(),
        "warehouseId": "quiet-id",
        "catalog": "streaming_working",
        "schema": "gold",
        "description": "What is watched",
        "runAsMode": "VIEWER",
        "tags": ["shows"],
        "parentPath": HOME,
    }


def test_an_alert_is_told_its_catalog_by_a_parameter(working: Registered) -> None:
    """Alerts have no default catalog. Word goes to people by mail and to destinations by id."""
    alert = working.inputs("AlertV2", "late")

    assert alert["parameters"] == [{"name": "catalog", "type": "STRING", "value": "streaming_working"}]
    assert alert["evaluation"] == {
        "source": {"name": "late", "aggregation": "SUM"},
        "comparisonOperator": "GREATER_THAN",
        "threshold": {"value": {"doubleValue": 15}},
        "emptyResultState": "OK",
        "notification": {
            "subscriptions": [{"destinationId": "on-call-id"}, {"userEmail": "data@example.com"}],
            "notifyOnOk": False,
            "retriggerSeconds": 3600,
        },
    }
    assert alert["runAs"] == {"servicePrincipalName": "app-runner"}
    assert alert["schedule"]["quartzCronSchedule"] == "0 0/15 * * * ?"


def test_a_dashboard_reads_with_the_rights_of_whoever_looks(working: Registered) -> None:
    """Unless the file says that credentials are embedded."""
    assert working.inputs("Dashboard", "watching") == {
        "displayName": "watching-working",
        "serializedDashboard": (DELIVERY / "watching.lvdash.json").read_text(),
        "warehouseId": "etl-id",
        "datasetCatalog": "streaming_working",
        "datasetSchema": "gold",
        "embedCredentials": False,
        "parentPath": HOME,
    }


def test_a_pipeline_runs_serverless_unless_it_says_a_cluster(working: Registered) -> None:
    """Code by path, the catalog's name for it to read, and one mail list for each set of people."""
    flights, classic = working.inputs("Pipeline", "flights"), working.inputs("Pipeline", "classic")

    assert flights["libraries"] == [
        {"notebook": {"path": f"{HOME}/notebooks/ingest"}},
        {"file": {"path": f"/Workspace{HOME}/files/load/load.py"}},
    ]
    assert flights["configuration"] == {"source": "/Volumes/flights", "catalog": "streaming_working"}
    assert (flights["serverless"], flights["environment"]) == (True, {"dependencies": ["pandas==2.2.3"]})
    assert flights["notifications"] == [
        {"emailRecipients": ["ann@example.com"], "alerts": ["on-update-success"]},
        {"emailRecipients": ["data@example.com"], "alerts": ["on-update-failure", "on-update-fatal-failure"]},
    ]
    assert flights["eventLog"] == {"name": "flights_events", "catalog": "streaming_working", "schema": "raw"}
    assert (classic["serverless"], classic["photon"], classic["edition"]) == (False, True, "PRO")
    assert classic["clusters"] == [
        {
            "label": "default",
            "instancePoolId": "warm-id",
            "policyId": "small-id",
            "autoscale": {"minWorkers": 1, "maxWorkers": 3, "mode": "ENHANCED"},
        }
    ]


def test_permissions_of_what_is_delivered(working: Registered) -> None:
    """Each names its object as the Permissions API does."""
    objects = {
        name: next(key for key in one["inputs"] if key != "accessControls") for name, one in working.of("Permissions").items()
    }

    assert {name: kind for name, kind in objects.items() if "/" in name} == {
        "notebook/ingest": "notebookPath",
        "directory/drafts": "directoryPath",
        "git/models": "repoId",
        "query/top": "sqlQueryId",
        "alert/late": "alertV2Id",
        "dashboard/watching": "dashboardId",
        "policy/small": "clusterPolicyId",
        "pool/warm": "instancePoolId",
        "cluster/shared": "clusterId",
        "experiment/churn": "experimentId",
        "vector_search/shows": "vectorSearchEndpointId",
        "serving/words": "servingEndpointId",
    }


def test_a_file_that_is_not_there_is_told_before_anything_is_registered(tmp_path: Path) -> None:
    """With the line that names it; nothing has been touched."""
    project = Project.make(tmp_path / "root", ENVIRONMENTS)
    (project.folder / "environments" / "lost.yaml").write_text(
        "workspace: {emulator: .lakestead/workspace}\nnotebooks:\n  ingest: {source: nowhere.py}\n"
    )

    run = project.run("lost")

    assert run.code == 1
    assert "environments/lost.yaml:3: notebooks.ingest.source: there is no file nowhere.py in the project" in run.errors
    assert [one["type"] for one in run.resources] == ["pulumi:pulumi:Stack"]


@pytest.mark.parametrize("late", ["Job", "Pipeline"])
def test_what_starts_by_itself_waits_for_all_grants(working: Registered, late: str) -> None:
    """Otherwise its first run could fail for want of a right that comes a second later."""
    first = next(name for name, one in working.of(late).items() if one["type"].startswith("databricks:"))
    order = [(one["type"].rpartition(":")[2], one["name"]) for one in working.resources]

    assert order.index((late, first)) > order.index(("Grant", "streaming/runner"))
    assert order.index((late, first)) > order.index(("Permissions", "etl"))
