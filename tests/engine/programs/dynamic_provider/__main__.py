"""A provider that the program brings along."""

import os
from pathlib import Path

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, Resource, ResourceProvider, UpdateResult

size = int(os.environ["STEP"])


class Files(ResourceProvider):
    def configure(self, req):
        self.suffix = req.config.get("suffix") or ""

    def create(self, props):
        path = Path(props["folder"]) / (props["name"] + self.suffix)
        path.write_text("x" * int(props["size"]))
        return CreateResult(path.name, {**props, "path": str(path)})

    def diff(self, id, olds, news):
        replaces = ["name"] if olds["name"] != news["name"] else []
        return DiffResult(changes=bool(replaces) or olds["size"] != news["size"], replaces=replaces)

    def update(self, id, olds, news):
        Path(olds["path"]).write_text("x" * int(news["size"]))
        return UpdateResult({**news, "path": olds["path"]})

    def delete(self, id, props):
        Path(props["path"]).unlink()


class File(Resource):
    path: pulumi.Output[str]

    def __init__(self, name, folder, size):
        super().__init__(Files(), name, {"folder": folder, "name": name, "size": size, "path": None})


if size < 3:
    pulumi.export("path", File("one", os.environ["GADGETS"], size).path)
