"""Wrong environment files, one mistake each: what is said about them, word for word."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.models import InvalidEnvironment, environment_names, load_environment

FOLDER = Path(__file__).parent / "invalid"
MARK = "#: "


@pytest.mark.parametrize("case", environment_names(FOLDER))
def test_each_wrong_file_gets_its_one_message(case: str) -> None:
    """Every finding names file, line, key, what is wrong and what would be right; nothing else is said."""
    lines = (FOLDER / f"{case}.yaml").read_text(encoding="utf-8").splitlines()
    expected = [line.removeprefix(MARK) for line in lines if line.startswith(MARK)]

    with pytest.raises(InvalidEnvironment) as caught:
        load_environment(case, FOLDER)

    assert expected == str(caught.value).splitlines()
