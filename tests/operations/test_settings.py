"""Finding the project."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.operations.errors import EngineUnavailable, ProjectError
from infra.operations.settings import locate
from infra.operations.stack_state import backend_of


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nbackend:\n  url: file://./state\n")
    (tmp_path / "stacks" / "deep").mkdir(parents=True)
    return tmp_path


def test_a_project_is_found_from_a_folder_below_it(project: Path) -> None:
    settings = locate(project / "stacks" / "deep")

    assert (settings.root, settings.project) == (project, "shop")
    assert settings.state == project / "state"
    assert settings.environments == project / "environments"


def test_a_named_project_needs_no_search(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")

    assert locate(elsewhere, project=project).root == project


def test_another_folder_of_environments_may_be_named(project: Path, tmp_path: Path) -> None:
    assert locate(project, environments=tmp_path / "mine").environments == tmp_path / "mine"


def test_outside_of_a_project_the_option_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="--project DIR"):
        locate(tmp_path)


def test_an_engine_is_taken_by_its_name(project: Path) -> None:
    assert [locate(project, engine=name).engine for name in ("embedded", "pulumi")] == ["embedded", "pulumi"]


def test_an_unknown_engine_is_refused(project: Path) -> None:
    with pytest.raises(EngineUnavailable, match="no engine `steam`"):
        locate(project, engine="steam")


def test_a_backend_that_is_no_folder_is_refused_by_what_needs_one(project: Path) -> None:
    """The Pulumi CLI takes any."""
    (project / "Pulumi.yaml").write_text("name: shop\nbackend:\n  url: gs://bucket\n")
    settings = locate(project)

    with pytest.raises(ProjectError, match="gs://bucket") as refused:
        _ = settings.place

    assert settings.backend == "gs://bucket"
    assert "--engine pulumi" in refused.value.remedy


def test_the_shell_may_name_another_backend_for_both_engines(project: Path, tmp_path: Path) -> None:
    """As for the Pulumi CLI; a folder is relative to where the command runs."""
    settings = locate(project / "stacks", variables={"PULUMI_BACKEND_URL": "file://./elsewhere"})

    assert (settings.state, settings.backend) == (project / "stacks" / "elsewhere", f"file://{project}/stacks/elsewhere")


def test_who_encrypts_a_stack_stands_in_its_file(project: Path) -> None:
    (project / "Pulumi.prod.yaml").write_text("secretsprovider: awskms://alias/lake\n")
    settings = locate(project)

    assert [settings.secrets_provider(name) for name in ("prod", "local")] == ["awskms://alias/lake", "passphrase"]


def test_pulumi_cloud_encrypts_by_itself(project: Path) -> None:
    assert locate(project, variables={"PULUMI_BACKEND_URL": "https://api.pulumi.com"}).secrets_provider("prod") is None


def test_a_project_file_that_is_not_yaml_is_refused_by_name(project: Path) -> None:
    (project / "Pulumi.yaml").write_text("name: [")

    with pytest.raises(ProjectError, match=r"Pulumi\.yaml is not YAML"):
        locate(project)


def test_a_bucket_keeps_the_state_of_the_embedded_engine(project: Path) -> None:
    """Under its URL; what needs a folder says so."""
    (project / "Pulumi.yaml").write_text("name: shop\nbackend:\n  url: s3://bucket/states\n")
    settings = locate(project)

    assert settings.place == "s3://bucket/states"
    assert backend_of(settings, "prod").place == "s3://bucket/states/.pulumi/stacks/shop/prod.json"
    with pytest.raises(ProjectError, match="not a folder"):
        _ = settings.state
