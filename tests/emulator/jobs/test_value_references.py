"""Dynamic value references in the texts of a task."""

from __future__ import annotations

import pytest

from infra.emulator.errors import InvalidParameter
from infra.emulator.jobs.value_references import resolve, values_of

RUN = {
    "job_id": 7,
    "run_id": 8,
    "start_time": 1_767_225_600_000,
    "repairs": [],
    "parameters": {"day": "2026-01-01"},
    "settings": {"name": "streaming"},
}
VALUES = values_of(
    RUN, {"task_key": "b", "run_id": 9, "attempt_number": 1}, {"a": {"result": "FAILED", "run_id": 5}}, "http://h", 3
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dbt run --vars '{day: {{job.parameters.day}}}'", "dbt run --vars '{day: 2026-01-01}'"),
        ("{{ job.id }}/{{job.run_id}}/{{task.run_id}}", "7/8/9"),
        ("{{job.start_time.iso_date}} {{task.execution_count}}", "2026-01-01 2"),
        ("{{tasks.a.result_state}}", "failed"),
        ("{{ var('x') }}", "{{ var('x') }}"),
    ],
)
def test_references_are_replaced_and_jinja_is_left_alone(text: str, expected: str) -> None:
    assert resolve({"commands": [text], "n": 1}, VALUES) == {"commands": [expected], "n": 1}


def test_a_reference_that_means_nothing_is_refused_with_what_there_is() -> None:
    with pytest.raises(InvalidParameter, match=r"{{job\.parameters\.night}} is not known here\. Known: job\.id, "):
        resolve("{{job.parameters.night}}", VALUES)
