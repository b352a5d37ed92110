"""Imports go one way: who may import whom, read from the sources."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

#: For each layer, the layers it may import besides itself. A file belongs to the longest prefix that fits.
ARROWS = {
    "scripts": {"infra.operations", "infra.engine", "infra.providers", "infra.models"},
    "infra.operations": {"infra.engine", "infra.providers", "infra.models"},
    "infra.providers": {"infra.engine.ports", "infra.engine.values"},
    # It speaks the protocol to the CLI that the engine speaks to programs: the same values on the same wire.
    "infra.providers.plugin": {
        *("infra.engine.ports", "infra.engine.values", "infra.engine.urn", "infra.engine.rpc.wire"),
        *("infra.engine.plugins", "infra.engine.errors"),
    },
    "infra.components": {"infra.models"},
    "infra.models": set(),
    "infra.emulator": set(),
    "infra.engine": set(),
    "stacks": {"infra.components", "infra.models"},
}

#: Inside the engine: what acts, from what knows most to what knows least. Nothing below imports anything above.
ENGINE_ORDER = ["__main__", "commands", "operation", "deployment", "executor", "calls"]

#: What decides in the engine, and so does no I/O: neither state nor stores, neither locks nor gRPC.
PURE = ["urn", "values", "graph", "steps", "planner", "targets", "resource"]
ACTING = {
    *ENGINE_ORDER,
    "state",
    "backend",
    "history",
    "journal",
    "settlement",
    "lock",
    "store",
    "file_store",
    "s3_store",
    "process",
    "program",
    "rpc",
}

#: Third-party packages that only the named layers may import.
RESERVED = {
    "grpc": {"infra.engine.rpc", "infra.providers.plugin"},
    "google.protobuf": {"infra.engine.rpc", "infra.providers.plugin"},
    "pulumi": {
        "infra.engine.rpc",
        "infra.engine.program",
        "infra.engine.import_code",
        "infra.providers.plugin",
        "infra.operations.engines",
        "infra.components",
        "stacks",
    },
    "pulumi_databricks": {"infra.components", "stacks"},
    "databricks.sdk": {"infra.providers", "infra.operations"},
    "duckdb": {"infra.emulator"},
    "sqlglot": {"infra.emulator"},
    "typer": {"scripts"},
    "rich": {"scripts"},
    "pydantic": {"infra.models"},
}


def modules() -> dict[str, Path]:
    """Every module of the product, by its dotted name."""
    found = {}
    for top in ("infra", "stacks", "scripts"):
        for path in (ROOT / top).rglob("*.py"):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def imports(path: Path) -> set[str]:
    """The dotted names a file imports, inside functions and type-checking blocks too."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def within(name: str, layer: str) -> bool:
    return name == layer or name.startswith(f"{layer}.")


def layer_of(module: str) -> str | None:
    return max((layer for layer in ARROWS if within(module, layer)), key=len, default=None)


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_module_imports_only_from_the_layers_below(module: str) -> None:
    """`scripts → operations → engine, providers, models`; `stacks → components → models`; the emulator stands alone."""
    layer = layer_of(module)
    allowed = ARROWS[layer] | {layer} if layer else set()
    ours = {name for name in imports(MODULES[module]) if name.split(".")[0] in {"infra", "stacks", "scripts"}}
    assert {name for name in ours if name != "infra" and not any(within(name, target) for target in allowed)} == set()


def engine_imports(part: str) -> set[str]:
    """The engine's own parts that a part of it (a module, or a package of it) imports."""
    within_part = [path for name, path in MODULES.items() if within(name, f"infra.engine.{part}")]
    names = {name for path in within_part for name in imports(path) if name.startswith("infra.engine.")}
    return {name.split(".")[2] for name in names} - {part}


@pytest.mark.parametrize("part", ENGINE_ORDER)
def test_the_engine_knows_only_downwards(part: str) -> None:
    """`__main__ → commands → operation → deployment → executor`."""
    assert engine_imports(part) & set(ENGINE_ORDER[: ENGINE_ORDER.index(part)]) == set()


@pytest.mark.parametrize("part", PURE)
def test_what_decides_is_pure(part: str) -> None:
    """The planner and its vocabulary touch neither state, nor stores, nor the wire."""
    assert engine_imports(part) & ACTING == set()


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_package_is_imported_only_where_it_belongs(module: str) -> None:
    """gRPC stays in `engine.rpc`, DuckDB in the emulator, pydantic in the models, and so on."""
    strays = {
        (name, package)
        for name in imports(MODULES[module])
        for package, layers in RESERVED.items()
        if within(name, package) and not any(within(module, layer) for layer in layers)
    }
    assert strays == set()


def test_every_module_says_what_it_is() -> None:
    """A module that holds code opens with a docstring."""
    silent = [
        name
        for name, path in MODULES.items()
        if path.read_text().strip() and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []


def test_no_file_of_the_program_is_named_like_a_standard_module() -> None:
    """The language host puts `stacks` first on `sys.path`: `platform.py` there would hide Python's own."""
    import sys

    assert [path.stem for path in (ROOT / "stacks").glob("*.py") if path.stem in sys.stdlib_module_names] == []
