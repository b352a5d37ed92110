"""The workspace's tree of folders, notebooks and files: operations. The endpoints are in `infra.emulator.files.object_api`.

https://docs.databricks.com/api/workspace/workspace. A document has its path as key and its folder as parent; `object_id`
documents lead from ids to paths. `/Workspace/Shared` and `/Shared` are one folder. Reading needs CAN_READ, writing CAN_EDIT,
deleting CAN_MANAGE on the object or a folder above it.
"""

from __future__ import annotations

from collections.abc import Iterator

from infra.emulator.errors import AlreadyExists, BadRequest, InvalidParameter, NotFound
from infra.emulator.files import object_content
from infra.emulator.identity import access_levels, directory
from infra.emulator.identity.directory import Kind
from infra.emulator.store import Document
from infra.emulator.workspace import ALL_USERS, Caller, Workspace

DIRECTORY, NOTEBOOK, FILE = "DIRECTORY", "NOTEBOOK", "FILE"
#: What lies in the tree and is an object of another API: its `resource_id` there.
DASHBOARD, EXPERIMENT, REPO = "DASHBOARD", "MLFLOW_EXPERIMENT", "REPO"
_FOLDERS = (DIRECTORY, REPO)
#: What becomes of such an object when it leaves the tree: its kind of document, and what that then says.
_TRASHED = {
    DASHBOARD: ("dashboard", {"lifecycle_state": "TRASHED"}),
    EXPERIMENT: ("experiment", {"lifecycle_stage": "deleted"}),
}
_ACCESS_TYPES = {
    DIRECTORY: "directories",
    NOTEBOOK: "notebooks",
    REPO: "repos",
    **dict.fromkeys((FILE, DASHBOARD, EXPERIMENT), "files"),
}
_ROOTS = ("/", "/Shared", "/Users", "/Repos")


def seed(workspace: Workspace, admin_name: str) -> None:
    """The folders of a fresh workspace: /Shared is everybody's, each principal has a home below /Users."""
    for path in _ROOTS:
        _insert(workspace, path, {"object_type": DIRECTORY})
    shared = fetch(workspace, "/Shared")
    access_levels.grant(workspace, ("group", ALL_USERS), access_levels.MANAGE, "directories", str(shared["object_id"]))
    make_home(workspace, "user", admin_name)


def make_home(workspace: Workspace, kind: Kind, name: str) -> None:
    """A new user's or service principal's folder; the old one of somebody who was here before."""
    path = f"/Users/{name}"
    home = workspace.store.get("object", path) or _insert(workspace, path, {"object_type": DIRECTORY})
    access_levels.grant(workspace, (kind, name), access_levels.MANAGE, "directories", str(home["object_id"]))


def remove_home(workspace: Workspace, name: str) -> None:
    """A deleted principal's folder goes if nothing is in it."""
    home = workspace.store.get("object", f"/Users/{name}")
    if home is not None and not workspace.store.count("object", home["path"]):
        _delete(workspace, home)


def normalize(path: str) -> str:
    """The path without `/Workspace` in front and `/` at the end. Raises InvalidParameter for one that is not absolute."""
    if not path.startswith("/"):
        raise InvalidParameter(f"Path ({path}) doesn't start with '/'")
    short = path.removeprefix("/Workspace") if path == "/Workspace" or path.startswith("/Workspace/") else path
    parts = [part for part in short.split("/") if part]
    if "." in parts or ".." in parts:
        raise InvalidParameter(f"Path ({path}) must not contain '.' or '..'")
    return "/" + "/".join(parts)


def fetch(workspace: Workspace, path: str) -> Document:
    """The document at a normalized path. Raises NotFound."""
    document = workspace.store.get("object", path)
    if document is None:
        raise NotFound(f"Path ({path}) doesn't exist.")
    return document


def require(workspace: Workspace, caller: Caller, level: str, document: Document) -> None:
    """Raise PermissionDenied unless the caller has the level on the object or above it."""
    access_levels.require(workspace, caller, level, _ACCESS_TYPES[document["object_type"]], str(document["object_id"]))


def get(workspace: Workspace, caller: Caller, path: str) -> Document:
    """A folder, notebook or file that the caller may read."""
    document = fetch(workspace, path)
    require(workspace, caller, "CAN_READ", document)
    return document


def children(workspace: Workspace, caller: Caller, path: str) -> list[Document]:
    """What is in a folder and may be seen; a notebook or file itself."""
    document = fetch(workspace, path)
    if document["object_type"] not in _FOLDERS:
        return [get(workspace, caller, path)]
    if path not in _ROOTS:
        require(workspace, caller, "CAN_READ", document)
    found = [child for _, child in workspace.store.list("object", path) if child["path"] != "/"]
    return [child for child in found if child["path"] in _ROOTS or readable(workspace, caller, child)]


def readable(workspace: Workspace, caller: Caller, document: Document) -> bool:
    """Whether the caller may read it."""
    kind, object_id = _ACCESS_TYPES[document["object_type"]], str(document["object_id"])
    return access_levels.has(workspace, caller, "CAN_READ", kind, object_id)


def make_folder(workspace: Workspace, caller: Caller, path: str) -> None:
    """Make the folder and those above it; nothing happens if it is there."""
    with workspace.store.transaction():
        missing: list[str] = []
        while (document := workspace.store.get("object", path)) is None:
            missing.append(path)
            path = path.rpartition("/")[0] or "/"
        if document["object_type"] not in _FOLDERS:
            raise AlreadyExists(f"Path ({path}) already exists and is no folder.")
        if missing:
            require(workspace, caller, "CAN_EDIT", document)
        for each in reversed(missing):
            _created(workspace, caller, _insert(workspace, each, {"object_type": DIRECTORY}))


def write(workspace: Workspace, caller: Caller, path: str, given: Document, content: bytes, *, overwrite: bool) -> Document:
    """Write a notebook or file; `given` has its object_type, and a notebook's language.

    Raises NotFound if the folder is missing, AlreadyExists, InvalidParameter if something of another type is there.
    """
    digest = object_content.keep(workspace.folder, content)
    given = {**given, "size": len(content), "sha256": digest}
    with workspace.store.transaction():
        old = workspace.store.get("object", path)
        if old is None:
            folder_path = path.rpartition("/")[0] or "/"
            folder = workspace.store.get("object", folder_path)
            if folder is None or folder["object_type"] not in _FOLDERS:
                raise NotFound(f"The parent folder ({folder_path}) does not exist.")
            require(workspace, caller, "CAN_EDIT", folder)
            document = _insert(workspace, path, given)
            _created(workspace, caller, document)
            return document
        if old["object_type"] != given["object_type"]:
            asked, actual = given["object_type"].title(), old["object_type"].title()
            raise InvalidParameter(
                f"Cannot overwrite the asset at {path} due to type mismatch (asked: {asked}, actual: {actual})"
            )
        if not overwrite:
            raise AlreadyExists(f"Path ({path}) already exists.")
        require(workspace, caller, "CAN_EDIT", old)
        document = {**old, **given, "modified_at": workspace.clock.millis()}
        workspace.store.put("object", path, document, parent=path.rpartition("/")[0] or "/")
        return document


def place(workspace: Workspace, caller: Caller, path: str, object_type: str, resource_id: str) -> Document:
    """Put an object of another API into the tree. Raises AlreadyExists, NotFound if the folder is missing."""
    with workspace.store.transaction():
        if workspace.store.get("object", path) is not None:
            raise AlreadyExists(f"Node named '{path.rpartition('/')[2]}' already exists")
        require(workspace, caller, "CAN_EDIT", fetch(workspace, path.rpartition("/")[0] or "/"))
        document = _insert(workspace, path, {"object_type": object_type, "resource_id": resource_id})
        _created(workspace, caller, document)
    return document


def move(workspace: Workspace, old: str, new: str) -> None:
    """Rename what `place` has put there, in its folder. Raises AlreadyExists."""
    with workspace.store.transaction():
        if workspace.store.get("object", new) is not None:
            raise AlreadyExists(f"Node named '{new.rpartition('/')[2]}' already exists")
        document = fetch(workspace, old) | {"path": new, "modified_at": workspace.clock.millis()}
        workspace.store.delete("object", old)
        workspace.store.put("object", new, document, parent=new.rpartition("/")[0] or "/")
        workspace.store.put("object_id", str(document["object_id"]), {"path": new})


def read(workspace: Workspace, caller: Caller, path: str) -> tuple[Document, bytes]:
    """A notebook or file with its content. Raises NotFound, InvalidParameter for a folder."""
    document = get(workspace, caller, path)
    if "sha256" not in document:
        raise InvalidParameter(f"Path ({path}) is a {document['object_type'].lower()}; only notebooks and files are exported.")
    return document, object_content.read(workspace.folder, document["sha256"])


def files_below(workspace: Workspace, caller: Caller, path: str) -> Iterator[tuple[str, bytes]]:
    """Path below the folder, and content, of each file and notebook in it, however deep."""
    for child in children(workspace, caller, path):
        if child["object_type"] in _FOLDERS:
            for name, content in files_below(workspace, caller, child["path"]):
                yield f"{child['path'].rpartition('/')[2]}/{name}", content
        elif "sha256" in child:
            yield child["path"].rpartition("/")[2], read(workspace, caller, child["path"])[1]


def delete(workspace: Workspace, caller: Caller, path: str, *, recursive: bool) -> None:
    """Delete an object; a folder that is not empty only if `recursive`."""
    with workspace.store.transaction():
        document = fetch(workspace, path)
        if path in _ROOTS:
            raise BadRequest(f"Folder ({path}) is protected and cannot be deleted.")
        require(workspace, caller, access_levels.MANAGE, document)
        if not recursive and workspace.store.count("object", path):
            raise BadRequest(f"Folder ({path}) is not empty", code="DIRECTORY_NOT_EMPTY")
        _delete(workspace, document)


def _delete(workspace: Workspace, document: Document) -> None:
    for _, child in workspace.store.list("object", document["path"]):
        _delete(workspace, child)
    object_id = str(document["object_id"])
    workspace.store.delete("object", document["path"])
    workspace.store.delete("object_id", object_id)
    access_levels.forget(workspace, _ACCESS_TYPES[document["object_type"]], object_id)
    if document["object_type"] == REPO:
        workspace.store.delete("repo", object_id)
    elif document["object_type"] in _TRASHED:
        kind, mark = _TRASHED[document["object_type"]]
        if (other := workspace.store.get(kind, document["resource_id"])) is not None:
            workspace.store.put(kind, document["resource_id"], other | mark)


def _insert(workspace: Workspace, path: str, given: Document) -> Document:
    with workspace.store.transaction():
        object_id = int(directory.new_id(workspace))
        now = workspace.clock.millis()
        document = {"path": path, "object_id": object_id, "created_at": now, "modified_at": now, **given}
        parent = "" if path == "/" else path.rpartition("/")[0] or "/"
        workspace.store.put("object", path, document, parent=parent)
        workspace.store.put("object_id", str(object_id), {"path": path})
    return document


def _created(workspace: Workspace, caller: Caller, document: Document) -> None:
    """Who made an object manages it; noted only where no folder above says so already."""
    kind, object_id = _ACCESS_TYPES[document["object_type"]], str(document["object_id"])
    if not access_levels.has(workspace, caller, access_levels.MANAGE, kind, object_id):
        access_levels.set_owner(workspace, caller, kind, object_id)
