"""How the files of the dbt project look; read as text, without dbt."""

import re
from pathlib import Path

import pytest

from tests.dbt.conftest import PROJECT

WRITTEN = sorted(path for kind in ("*.sql", "*.yml") for path in PROJECT.rglob(kind) if "target" not in path.parts)
MODELS = sorted((PROJECT / "models").rglob("*.sql"))
SEEDS = sorted((PROJECT / "seeds").rglob("*.csv"))
KEYWORDS = re.compile(r"\b(SELECT|FROM|WHERE|JOIN|GROUP BY|ORDER BY|CASE|WHEN|AND|OR|AS|WITH|QUALIFY)\b")


def name_of(path: Path) -> str:
    return str(path.relative_to(PROJECT))


def code(path: Path) -> str:
    """A SQL file without its comments, which are prose."""
    text = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return re.sub(r"--.*", "", text)


@pytest.mark.parametrize("path", [*MODELS, *SEEDS], ids=name_of)
def test_a_yml_stands_beside_each_model_and_seed(path: Path) -> None:
    """Whoever opens a model finds its description next to it, in a file of the same name."""
    beside = path.with_suffix(".yml")
    assert beside.is_file()
    assert f"- name: {path.stem}\n" in beside.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", WRITTEN, ids=name_of)
def test_lines_fit_in_80_columns(path: Path) -> None:
    """No line is longer than 80 columns."""
    assert [line for line in path.read_text(encoding="utf-8").splitlines() if len(line) > 80] == []


@pytest.mark.parametrize("path", [path for path in WRITTEN if path.suffix == ".sql"], ids=name_of)
def test_sql_is_lower_case_and_reads_by_ref(path: Path) -> None:
    """Keywords are lower case; a table is named by ref(), and by source() in the first layer only."""
    assert KEYWORDS.findall(code(path)) == []
    assert "bronze" in path.parts or "source(" not in code(path)


@pytest.mark.parametrize("path", MODELS, ids=name_of)
def test_a_model_opens_with_what_it_imports(path: Path) -> None:
    """Every ref() stands in a CTE that does nothing but import; the logic after that names CTEs only."""
    imports = re.findall(r"select [*\w, ]+ from \{\{ ref\('\w+'\) \}\}", path.read_text(encoding="utf-8"))
    assert len(imports) == code(path).count("ref('") > 0
