"""`databricks:index/file:File`: files in volumes, by the Files API, `/api/2.0/fs/files`.

A file that somebody else wrote since is noticed by the time of its last change, and uploaded again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

from infra.engine.ports import CheckFailure, Timeouts
from infra.engine.values import Properties
from infra.providers.databricks.errors import Absent
from infra.providers.databricks.files.contents import ContentResource, content, content_fields, md5
from infra.providers.databricks.shapes import PROVIDER_CONFIG, Shape, flag, integer, text
from infra.providers.databricks.workspace import Workspace

_FILES: Final = "/api/2.0/fs/files"
_METADATA: Final = ("content-length", "last-modified")


class File(ContentResource):
    """A file in a volume. Its id is its path."""

    token = "databricks:index/file:File"
    shape = Shape(
        *content_fields(),
        integer("fileSize", output=True, local=True),
        text("modificationTime", output=True, local=True),
        text("path", required=True, replaces=True),
        PROVIDER_CONFIG,
        flag("remoteFileModified", local=True),
    )

    def verify(self, inputs: Properties) -> Iterator[CheckFailure]:
        yield from super().verify(inputs)
        path = inputs.get("path")
        if isinstance(path, str) and path.startswith("/") and not path.startswith("/Volumes/"):
            yield CheckFailure("path", f"is {path!r}, which is in no volume: write /Volumes/<catalog>/<schema>/<volume>/…")

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        id = str(inputs["path"])
        return id, self._uploaded(workspace, id, inputs)

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        try:
            metadata = workspace.head(_at(id), _METADATA)
        except Absent:
            return None
        modified = known.get("modificationTime") != metadata.get("last-modified")
        return self.outputs(workspace, id, {"path": id}, self.locals(known) | {"remoteFileModified": modified})

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        return self._uploaded(workspace, id, news)

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        workspace.delete(_at(id))

    def _uploaded(self, workspace: Workspace, id: str, inputs: Properties) -> Properties:
        given = content(inputs)
        workspace.put_content(_at(id), given)
        metadata = workspace.head(_at(id), _METADATA)
        made = {
            "fileSize": int(metadata.get("content-length") or 0),
            "modificationTime": str(metadata.get("last-modified") or ""),
            "remoteFileModified": False,
            "md5": md5(given),
        }
        return self.outputs(workspace, id, {"path": id}, inputs | made)


def _at(path: str) -> str:
    return _FILES + quote(path)
