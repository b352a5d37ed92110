"""Assets and archives: text, files, folders and nested ones, compared by what is in them."""

import os
from pathlib import Path

from gadgets import Thing
from pulumi import AssetArchive, FileArchive, FileAsset, StringAsset

Path("site/deep").mkdir(parents=True, exist_ok=True)
Path("site/deep/page.txt").write_text("page " + os.environ["STEP"])
Path("note.txt").write_text("note")
Thing("text", asset=StringAsset("hello"))
Thing("file", asset=FileAsset("note.txt"))
Thing("folder", archive=FileArchive("site"))
Thing("nested", archive=AssetArchive({"note": FileAsset("note.txt"), "site": FileArchive("site"), "empty": AssetArchive({})}))
