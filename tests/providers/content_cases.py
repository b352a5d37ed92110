"""Cases of `test_roundtrip` for what lies in a workspace: notebooks, files in volumes, pipelines."""

from __future__ import annotations

from collections.abc import Callable

from infra.engine.values import Properties

Make = Callable[[dict[str, str]], Properties]

#: For each type inputs, and what a second program changes in place.
CONTENT_CASES: dict[str, tuple[Make, Properties]] = {
    "Notebook": (
        lambda _: {"path": "/Shared/new/n", "contentBase64": "c2VsZWN0IDE=", "language": "SQL"},
        {"contentBase64": "c2VsZWN0IDI="},
    ),
    "File": (
        lambda _: {"path": "/Volumes/main/here/files/in/f.csv", "contentBase64": "YSxiCg=="},
        {"contentBase64": "YSxiCjEsMgo="},
    ),
    "Pipeline": (
        lambda _: {
            "name": "flights",
            "catalog": "main",
            "schema": "here",
            "libraries": [{"file": {"path": "/Shared/p.py"}}],
            "configuration": {"env": "prod"},
            "notifications": [{"alerts": ["on-update-failure"], "emailRecipients": ["a@example.com"]}],
        },
        {"development": True, "serverless": True},
    ),
}
