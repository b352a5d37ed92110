"""Jobs through the official SDK."""

from __future__ import annotations

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import InvalidParameterValue, NotFound, ResourceDoesNotExist
from databricks.sdk.service import jobs

from tests.emulator.conftest import LiveWorkspace
from tests.emulator.jobs.conftest import MakeJob


def test_a_job_is_read_as_it_was_created_with_defaults(admin: WorkspaceClient, make_job: MakeJob) -> None:
    job_id = make_job({"seed": [], "bronze": ["seed"]}, name="streaming", tags={"domain": "streaming"})
    job = admin.jobs.get(job_id)
    assert job.settings is not None
    assert job.settings.tasks is not None
    assert (
        job.settings.name,
        job.settings.tags,
        job.settings.max_concurrent_runs,
    ) == ("streaming", {"domain": "streaming"}, 1)
    assert [(task.task_key, [entry.task_key for entry in task.depends_on or []]) for task in job.settings.tasks] == [
        ("seed", []),
        ("bronze", ["seed"]),
    ]
    me = admin.current_user.me().user_name
    assert (me, me) == (job.creator_user_name, job.run_as_user_name)
    assert job.settings.tasks[0].run_if == jobs.RunIf.ALL_SUCCESS


def test_a_job_that_does_not_exist_is_known_as_such(admin: WorkspaceClient) -> None:
    with pytest.raises(ResourceDoesNotExist, match="Job 42 does not exist"):
        admin.jobs.get(42)


def test_a_deleted_job_is_gone(admin: WorkspaceClient, make_job: MakeJob) -> None:
    job_id = make_job({"a": []}, name="short-lived")
    admin.jobs.delete(job_id)
    with pytest.raises(NotFound):
        admin.jobs.get(job_id)
    assert list(admin.jobs.list(name="short-lived")) == []


def test_jobs_are_listed_newest_first_in_pages(admin: WorkspaceClient, make_job: MakeJob) -> None:
    made = [make_job({"a": []}, name="paged") for _ in range(5)]
    assert made[::-1] == [job.job_id for job in admin.jobs.list(limit=2)][:5]


def test_the_name_filter_ignores_case_and_is_exact(admin: WorkspaceClient, make_job: MakeJob) -> None:
    job_id = make_job({"a": []}, name="Unique Name")
    make_job({"a": []}, name="Unique Name 2")
    assert [job_id] == [job.job_id for job in admin.jobs.list(name="unique name")]


def test_a_list_has_tasks_only_when_asked(admin: WorkspaceClient, make_job: MakeJob) -> None:
    make_job({"a": []}, name="expandable")
    plain, expanded = (next(iter(admin.jobs.list(name="expandable", expand_tasks=expand))) for expand in (False, True))
    assert plain.settings is not None
    assert expanded.settings is not None
    assert (plain.settings.tasks or [], len(expanded.settings.tasks or [])) == ([], 1)


def test_more_than_a_hundred_tasks_come_in_pages(admin: WorkspaceClient, make_job: MakeJob) -> None:
    job_id = make_job({f"task_{number:03}": [] for number in range(250)}, name="wide")
    pages, query = [], {"job_id": job_id}
    while True:
        page = admin.api_client.do("GET", "/api/2.2/jobs/get", query=query)
        assert isinstance(page, dict)
        pages.append(len(page["settings"]["tasks"]))
        if "next_page_token" not in page:
            break
        query["page_token"] = page["next_page_token"]
    assert pages == [100, 100, 50]
    settings = admin.jobs.get(job_id).settings
    assert settings is not None
    assert len(settings.tasks or []) == 250


def test_reset_replaces_all_settings(admin: WorkspaceClient, make_job: MakeJob) -> None:
    job_id = make_job({"a": []}, name="before", tags={"x": "1"}, max_concurrent_runs=3)
    admin.jobs.reset(job_id, jobs.JobSettings(name="after"))
    settings = admin.jobs.get(job_id).settings
    assert settings is not None
    assert (settings.name, settings.tags, settings.tasks or [], settings.max_concurrent_runs) == ("after", None, [], 1)
    assert list(admin.jobs.list(name="before")) == []


def test_update_changes_what_it_names(admin: WorkspaceClient, make_job: MakeJob) -> None:
    job_id = make_job({"a": [], "b": ["a"]}, name="updated", tags={"x": "1"}, description="old")
    admin.jobs.update(job_id, new_settings=jobs.JobSettings(description="new"), fields_to_remove=["tags", "tasks/b"])
    settings = admin.jobs.get(job_id).settings
    assert settings is not None
    assert (
        settings.name,
        settings.description,
        settings.tags,
        [task.task_key for task in settings.tasks or []],
    ) == ("updated", "new", None, ["a"])


def test_an_update_that_breaks_the_graph_changes_nothing(admin: WorkspaceClient, make_job: MakeJob) -> None:
    job_id = make_job({"a": [], "b": ["a"]}, name="whole")
    before = admin.jobs.get(job_id).as_dict()
    with pytest.raises(InvalidParameterValue, match="'b' depends on 'a'"):
        admin.jobs.update(job_id, fields_to_remove=["tasks/a"])
    assert before == admin.jobs.get(job_id).as_dict()


def test_a_warehouse_that_is_not_there_is_refused(admin: WorkspaceClient) -> None:
    task = jobs.Task(task_key="q", sql_task=jobs.SqlTask(warehouse_id="nope", query=jobs.SqlTaskQuery("1")))
    with pytest.raises(InvalidParameterValue, match="Task 'q': SQL warehouse 'nope' does not exist"):
        admin.jobs.create(name="x", tasks=[task])


def test_a_job_runs_as_the_service_principal_it_names(admin: WorkspaceClient, make_job: MakeJob) -> None:
    principal = admin.service_principals.create(display_name="dbt-runner")
    job_id = make_job({"a": []}, run_as=jobs.JobRunAs(service_principal_name=principal.application_id))
    assert principal.application_id == admin.jobs.get(job_id).run_as_user_name


def test_a_run_as_that_is_not_there_is_refused(make_job: MakeJob) -> None:
    with pytest.raises(InvalidParameterValue, match="no service principal with application id 'nobody'"):
        make_job({"a": []}, run_as=jobs.JobRunAs(service_principal_name="nobody"))


def test_version_2_1_answers_too_without_pages(admin: WorkspaceClient, make_job: MakeJob) -> None:
    job_id = make_job({f"task_{number:03}": [] for number in range(120)}, name="old-api")
    body = admin.api_client.do("GET", "/api/2.1/jobs/get", query={"job_id": job_id})
    assert isinstance(body, dict)
    assert (len(body["settings"]["tasks"]), body["settings"]["format"], "next_page_token" in body) == (120, "MULTI_TASK", False)


def test_jobs_survive_in_the_folder(workspace: LiveWorkspace, make_job: MakeJob) -> None:
    job_id = make_job({"a": []}, name="kept")
    assert workspace.inside.store.count("job", "kept") == 1
    assert workspace.inside.store.get("job", str(job_id)) is not None
