"""A release: the dbt project's content in the workspace, in a folder named after its hash. Never changed, only added.

Earlier releases stay, so that jobs can be pointed at them again. They go with the environment: its folder is a resource of its
own, and removing that removes whatever is in it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pulumi
import pulumi_databricks as databricks

from infra.components.content import Content
from infra.models import Environment


@dataclass(frozen=True, slots=True)
class ReleaseArgs:
    """What is released. `assets` is where the content is kept (`content.keep`), `program` the program's folder.

    Both engines read a `source` from the program's folder, so that is what its path starts from: the same on every machine.
    """

    environment: Environment
    content: Content
    assets: Path
    program: Path


class Release(pulumi.ComponentResource):
    """`version` names it; `directory` is its folder as a job names it.

    Its files are named `<version>/<path>`, so a new version adds files and forgets the old ones, which stay in the workspace.
    """

    def __init__(self, name: str, args: ReleaseArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakestead:release:Release", name, None, opts)
        self.version = args.content.version
        home = databricks.Directory(
            name,
            path=f"/Shared/lakestead/{args.environment.name}",
            delete_recursive=True,
            opts=pulumi.ResourceOptions(parent=self),
        )
        folder = f"/Shared/lakestead/{args.environment.name}/releases/{self.version}"
        # Where a path is the name of a file's own resource it has no /Workspace before it; where a job reads it, it has.
        self.directory = f"/Workspace{folder}"
        assets = Path(os.path.relpath(args.assets, args.program)).as_posix()
        first: dict[PurePosixPath, pulumi.Resource] = {}
        for file in sorted(args.content.files, key=lambda file: (file.path.count("/"), file.path)):
            places = PurePosixPath(file.path).parents
            made = databricks.WorkspaceFile(
                f"{self.version}/{file.path}",
                path=f"{folder}/{file.path}",
                source=f"{assets}/{file.sha256}",
                # The official provider makes a folder that it misses, and fails where another file has made it meanwhile: so
                # the first file of each folder goes ahead, those of outer folders before those of inner ones.
                opts=pulumi.ResourceOptions(
                    parent=self,
                    retain_on_delete=True,
                    depends_on=[next((first[place] for place in places if place in first), home)],
                ),
            )
            first.setdefault(places[0], made)
        self.register_outputs({"version": self.version, "directory": self.directory})
