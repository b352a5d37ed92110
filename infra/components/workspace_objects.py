"""Notebooks, files, directories and git folders of an environment, and the folder that holds what says no path of its own."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import pulumi
import pulumi_databricks as databricks

from infra.components.secret_values import SecretValues
from infra.components.sources import Sources
from infra.components.surroundings import Names, Surroundings
from infra.models import Environment
from infra.models.workspace_object import LANGUAGES

if TYPE_CHECKING:
    from infra.models.workspace_object import Directory, File, GitFolder, Notebook


def home(environment: Environment) -> str:
    """The folder of what is delivered; it goes with the environment, and so does whatever is in it."""
    return f"/Shared/lakestead/{environment.name}/delivered"


@dataclass(frozen=True, slots=True)
class WorkspaceObjectsArgs:
    """Whose objects, what their files hold, whom their permissions name, and the values of git tokens."""

    environment: Environment
    sources: Sources
    surroundings: Surroundings
    values: SecretValues = field(repr=False)


class WorkspaceObjects(pulumi.ComponentResource):
    """`notebooks` and `files` are paths as jobs and pipelines name them; `folder` is where queries and dashboards go."""

    def __init__(self, name: str, args: WorkspaceObjectsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakestead:workspace:WorkspaceObjects", name, None, opts)
        self._args = args
        environment = args.environment
        self._home = databricks.Directory(
            f"{name}/home",  # no key of the file has a '/', so none can be it
            path=home(environment),
            delete_recursive=True,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self._below = pulumi.ResourceOptions(parent=self, depends_on=[self._home])
        self.folder: pulumi.Output[str] = self._home.path
        self.notebooks: Names = {key: self._notebook(key, model) for key, model in environment.notebooks.items()}
        self.files: Names = {key: self._file(key, model) for key, model in environment.files.items()}
        for key, directory in environment.directories.items():
            self._directory(key, directory)
        self._git()
        self.register_outputs({"folder": self.folder, "notebooks": self.notebooks, "files": self.files})

    def _notebook(self, key: str, model: Notebook) -> pulumi.Output[str]:
        suffix = PurePosixPath(model.source).suffix.lower()
        notebook = databricks.Notebook(
            key,
            path=model.path or f"{home(self._args.environment)}/notebooks/{key}",
            language=LANGUAGES[suffix],
            content_base64=base64.b64encode(self._args.sources.contents[model.source]).decode("ascii"),
            opts=self._below,
        )
        if model.permissions:
            databricks.Permissions(
                f"notebook/{key}",
                notebook_path=notebook.path,
                access_controls=self._args.surroundings.principals.access_controls(model.permissions),
                opts=pulumi.ResourceOptions(parent=self),
            )
        return notebook.path

    def _file(self, key: str, model: File) -> pulumi.Output[str]:
        """In a volume a file keeps its name; in the workspace it does too, in a folder of its own that its key names."""
        name, source = PurePosixPath(model.source).name, self._args.sources.kept(model.source)
        if model.volume is not None:
            where = self._args.surroundings.qualified(model.volume).apply(lambda volume: volume.replace(".", "/"))
            path = pulumi.Output.concat("/Volumes/", where, "/", name)
            return databricks.File(key, path=path, source=source, opts=pulumi.ResourceOptions(parent=self)).path
        own = model.path or f"{home(self._args.environment)}/files/{key}/{name}"
        file = databricks.WorkspaceFile(key, path=own, source=source, opts=self._below)
        # A job reads a file where it is mounted.
        return pulumi.Output.concat("/Workspace", file.path)

    def _directory(self, key: str, model: Directory) -> None:
        directory = databricks.Directory(key, path=model.path, opts=pulumi.ResourceOptions(parent=self))
        if model.permissions:
            databricks.Permissions(
                f"directory/{key}",
                directory_path=directory.path,
                access_controls=self._args.surroundings.principals.access_controls(model.permissions),
                opts=pulumi.ResourceOptions(parent=self),
            )

    def _git(self) -> None:
        git = self._args.environment.git
        credentials = {
            key: databricks.GitCredential(
                key,
                name=self._args.environment.own_name(key, None),
                git_provider=model.provider,
                git_username=model.username,
                personal_access_token=pulumi.Output.secret(self._args.values[model.token]),
                opts=pulumi.ResourceOptions(parent=self),
            )
            for key, model in git.credentials.items()
        }
        for key, folder in git.folders.items():
            self._git_folder(key, folder, credentials)

    def _git_folder(self, key: str, model: GitFolder, credentials: dict[str, databricks.GitCredential]) -> None:
        credential = credentials[model.credential] if model.credential else None
        repo = databricks.Repo(
            key,
            url=model.url,
            git_provider=model.provider,
            git_credential_id=credential.id.apply(int) if credential is not None else None,
            branch=model.branch,
            tag=model.tag,
            path=model.path or f"{home(self._args.environment)}/git/{key}",
            sparse_checkout=databricks.RepoSparseCheckoutArgs(patterns=list(model.directories)) if model.directories else None,
            opts=self._below,
        )
        if model.permissions:
            databricks.Permissions(
                f"git/{key}",
                repo_id=repo.id,
                access_controls=self._args.surroundings.principals.access_controls(model.permissions),
                opts=pulumi.ResourceOptions(parent=self),
            )
