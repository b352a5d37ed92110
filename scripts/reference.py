"""Writes what is generated from the models: `environments/schema.json` and `docs/reference/environment-file.md`.

python -m scripts.reference            write both
python -m scripts.reference --check    write nothing; end with 1 if one of them is not current
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infra.models.schema import editor_schema, environment_schema, required_keys

ROOT = Path(__file__).parents[1]

_OPENING = """# The environment file

Generated from `infra/models` by `python -m scripts.reference`; do not edit.

`environments/<name>.yaml` describes one environment; its name is the file's. `extends: base` inherits another file: maps
merge key by key, everything else is replaced, `null` takes an inherited key away. A file that says `template: true` is only
there to be extended. Editors that read JSON schemas complete from `environments/schema.json`.

Two substitutions may stand in a text, and no others:

- `${env:NAME}` is the variable NAME of the process. Variables of the tools (`DATABRICKS_…`, `AWS_…`, …) are refused, so that
  a shell never decides where a run goes. `lakestead validate` needs none of them set.
- `${secret:NAME}` is a secret, and stands only where one is asked for. With `secrets: {source: env}` its value is the variable
  `LAKESTEAD_SECRET_<NAME>`; with `source: none` it is made at random once and kept in `.lakestead/secrets/<environment>.json`,
  readable by its owner alone.
"""


def main() -> int:
    """Write, or check; answers the exit code."""
    parser = argparse.ArgumentParser(description="Write what is generated from the models.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file is not current")
    check: bool = parser.parse_args().check
    stale = [path for path, text in generated().items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in stale:
        if check:
            print(f"{path.relative_to(ROOT)} is not current; run python -m scripts.reference", file=sys.stderr)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(generated()[path], encoding="utf-8")
    return 1 if check and stale else 0


def generated() -> dict[Path, str]:
    """Every generated file with its text."""
    schema = environment_schema()
    return {
        ROOT / "environments" / "schema.json": json.dumps(editor_schema(), indent=2, ensure_ascii=False) + "\n",
        ROOT / "docs" / "reference" / "environment-file.md": reference(schema),
    }


def reference(schema: dict[str, Any]) -> str:
    """The reference in Markdown: a table for each part of the file, outermost first."""
    parts = [f"{_OPENING}\n", *_section("The whole file", "Environment", schema)]
    for path, name in _parts(schema):
        parts.extend(_section(f"`{path}`", name, schema["$defs"][name]))
    return "".join(parts).rstrip() + "\n"


def _parts(schema: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Where each part of the file stands (`warehouses.<name>`), and what it is called in the schema."""
    pending = [("", schema)]
    while pending:
        prefix, part = pending.pop(0)
        for key, field in part["properties"].items():
            for target, suffix in ((field, ""), (field.get("additionalProperties"), ".<name>"), (field.get("items"), "[]")):
                if not isinstance(target, dict) or "$ref" not in target:
                    continue
                name = target["$ref"].rpartition("/")[2]
                path = f"{prefix}{key}{suffix}"
                yield path, name
                pending.append((f"{path}.", schema["$defs"][name]))


def _section(title: str, name: str, part: dict[str, Any]) -> Iterator[str]:
    required = required_keys()[name]
    yield f"## {title}\n\n{part['description']}\n\n| key | value | if left out | |\n| --- | --- | --- | --- |\n"
    for key, field in part["properties"].items():
        absent = "**required**" if key in required else _default(field)
        yield f"| `{key}` | {_kind(field)} | {absent} | {field.get('description', '')} |\n"
    yield "\n"


def _default(field: dict[str, Any]) -> str:
    if isinstance(field.get("default"), str | int | bool):
        return f"`{json.dumps(field['default'])}`".replace('"', "")
    return ""


def _kind(field: dict[str, Any]) -> str:
    if "enum" in field:
        return ", ".join(f"`{choice}`" for choice in field["enum"])
    if "$ref" in field:
        return "a map, see below"
    match field.get("type"):
        case "object":
            inner = field.get("additionalProperties")
            return f"names, each with {_kind(inner)}" if isinstance(inner, dict) else "names, each with a value"
        case "array":
            return f"a list of {_kind(field['items'])}"
        case "integer":
            bounds = [str(field[key]) for key in ("minimum", "maximum") if key in field]
            return "a whole number" + (f", {' to '.join(bounds)}" if len(bounds) == 2 else f" from {bounds[0]}")
        case "number":
            return "a number"
        case "boolean":
            return "`true` or `false`"
    return "text"


if __name__ == "__main__":
    sys.exit(main())
