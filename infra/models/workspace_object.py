"""What is put into the workspace's folders from the repository: notebooks, files, directories, git folders.

What says no path of its own goes below `/Shared/lakestead/<environment>/delivered`, and with the environment.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, model_validator

from infra.models.record import Key, Record, WrongAt
from infra.models.substitution import SecretReference, Text
from infra.models.trigger import InSchema

#: The language of a notebook, by the ending of its file.
LANGUAGES: Final = {".py": "PYTHON", ".sql": "SQL", ".scala": "SCALA", ".r": "R"}

#: Addresses that say themselves which git provider they are.
KNOWN_HOSTS: Final = frozenset({"github.com", "gitlab.com", "bitbucket.org", "dev.azure.com"})

ObjectPermission = Literal["CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE"]
GitProvider = Literal[
    "gitHub",
    "gitHubEnterprise",
    "gitLab",
    "gitLabEnterpriseEdition",
    "bitbucketCloud",
    "bitbucketServer",
    "azureDevOpsServices",
    "awsCodeCommit",
]


def _inside(value: str) -> str:
    path = PurePosixPath(value)
    if path.is_absolute() or ".." in path.parts:
        raise ValueError(f"'{value}' leads out of the project; name a file in it, such as delivery/notebooks/ingest.py")
    return value


def _workspace_path(value: str) -> str:
    if not value.startswith("/") or value.startswith("/Workspace"):
        raise ValueError(
            f"'{value}' is no path of the workspace; it begins with '/', such as /Shared/streaming, without /Workspace"
        )
    return value


#: A file of the repository, from the project's folder.
Source = Annotated[str, AfterValidator(_inside)]
WorkspacePath = Annotated[Text, AfterValidator(_workspace_path)]


class Notebook(Record):
    """A notebook, from a file in source format; tasks and pipelines name it by its key."""

    source: Source
    """Its file, from the project's folder; the ending (.py, .sql, .scala, .r) says the language."""
    path: WorkspacePath | None = None
    """Where it goes in the workspace, where not among what is delivered."""
    permissions: Mapping[Key, ObjectPermission] = {}
    """What each principal may do with it."""

    @model_validator(mode="after")
    def _language(self) -> Notebook:
        if PurePosixPath(self.source).suffix.lower() not in LANGUAGES:
            raise WrongAt(("source",), f"'{self.source}' is in no language of notebooks; there are {', '.join(LANGUAGES)}")
        return self


class File(Record):
    """A file of the repository, in the workspace or in a volume."""

    source: Source
    """The file, from the project's folder."""
    path: WorkspacePath | None = None
    """Where it goes in the workspace, where not among what is delivered."""
    volume: InSchema | None = None
    """Or the volume that it goes to, as <domain>.<schema>.<volume>, under its own name."""

    @model_validator(mode="after")
    def _one_place(self) -> File:
        if self.path is not None and self.volume is not None:
            raise WrongAt(("path",), "goes with no 'volume'; the file goes to one place")
        return self


class Directory(Record):
    """A folder of the workspace, kept for people."""

    path: WorkspacePath
    """Where it is."""
    permissions: Mapping[Key, ObjectPermission] = {}
    """What each principal may do in it."""


class GitCredential(Record):
    """How the workspace signs in to a git provider, for whoever deploys the environment."""

    provider: GitProvider
    """The provider."""
    username: Text | None = None
    """The user's name there."""
    token: SecretReference
    """The user's token there."""


class GitFolder(Record):
    """A git repository, checked out in the workspace."""

    url: Text
    """The repository's address."""
    provider: GitProvider | None = None
    """The provider; left out, the address says it."""
    credential: Key | None = None
    """How the workspace signs in there: a key of `git.credentials`."""
    branch: Text | None = None
    """The branch that is checked out."""
    tag: Text | None = None
    """Or the tag."""
    path: WorkspacePath | None = None
    """Where it goes in the workspace, where not among what is delivered."""
    directories: tuple[Text, ...] = ()
    """The directories that are checked out; left out, all."""
    permissions: Mapping[Key, ObjectPermission] = {}
    """What each principal may do with it."""

    @model_validator(mode="after")
    def _known_provider(self) -> GitFolder:
        host = urlsplit(self.url).hostname or ""
        if self.provider is None and "${env:" not in self.url and host not in KNOWN_HOSTS:
            raise WrongAt(("url",), f"'{host}' does not say which git provider it is; give 'provider'")
        return self

    @model_validator(mode="after")
    def _one_version(self) -> GitFolder:
        if self.branch is not None and self.tag is not None:
            raise WrongAt(("tag",), "goes with no 'branch'; one version is checked out")
        return self


class Git(Record):
    """Git in the workspace."""

    credentials: Mapping[Key, GitCredential] = {}
    """How the workspace signs in to git providers."""
    folders: Mapping[Key, GitFolder] = {}
    """Repositories, checked out in the workspace."""
