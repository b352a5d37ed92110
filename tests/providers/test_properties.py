"""For any inputs of any type: what a workspace that keeps what it is told answers is no difference."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.engine.values import Properties, Secret
from infra.providers.databricks import documents
from infra.providers.databricks.differences import differences
from infra.providers.databricks.inputs import Inputs, plain
from infra.providers.databricks.refreshed import refreshed_inputs
from infra.providers.databricks.registry import RESOURCES
from infra.providers.databricks.shapes import Field, Shape

WORDS = st.sampled_from(["a", "b", "c d", "A.B", 'q"uote'])


def objects(shape: Shape) -> st.SearchStrategy[Properties]:
    """Inputs that a program may write."""
    free = [field for field in shape.fields() if not field.output and not field.refused]
    required = {field.name: values(field) for field in free if field.required}
    optional = {field.name: values(field) for field in free if not field.required}
    return st.fixed_dictionaries(required, optional=optional)


def values(field: Field) -> st.SearchStrategy[Any]:
    if field.choices:
        return st.sampled_from(field.choices)
    if field.kind == "block":
        return objects(field.nested)
    if field.kind == "blocks":
        by = field.key
        unique = (lambda item: item[by]) if by else repr
        return st.lists(objects(field.nested), max_size=2, unique_by=unique)
    if field.kind == "texts":
        return st.lists(WORDS, max_size=3, unique=field.unordered)
    if field.kind == "mapping":
        return st.dictionaries(WORDS, WORDS, max_size=2)
    if field.kind == "integers":
        return st.lists(st.integers(0, 5), max_size=3, unique=field.unordered)
    return {"flag": st.booleans(), "integer": st.integers(0, 5), "number": st.integers(0, 5)}.get(field.kind, WORDS)


@pytest.mark.parametrize("token", sorted(RESOURCES))
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_what_was_sent_comes_back_as_no_difference(token: str, data: st.DataObject) -> None:
    """Through check, body, answer, outputs, diff, and through a refresh."""
    shape = RESOURCES[token].shape
    program = data.draw(objects(shape))
    checked = Inputs("it").complete(shape, program, None)
    news = plain(shape, checked)
    outputs = documents.properties(shape, documents.body(shape, news), news)
    assert list(differences(shape, outputs, news)) == []
    after = plain(shape, Inputs("it").complete(shape, refreshed_inputs(shape, checked, outputs), checked))
    assert list(differences(shape, outputs, after)) == []
    assert documents.delta(shape, outputs)["obj"].keys() <= {"ps", "renamed"}


@pytest.mark.parametrize("token", sorted(RESOURCES))
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_what_was_imported_is_no_difference(token: str, data: st.DataObject) -> None:
    """A program with the imported inputs, its defaults filled in."""
    shape = RESOURCES[token].shape
    news = plain(shape, Inputs("it").complete(shape, data.draw(objects(shape)), None))
    outputs = documents.properties(shape, documents.body(shape, news), news)
    imported = plain(shape, Inputs("it").complete(shape, refreshed_inputs(shape, {}, outputs), None))
    shown = {path.split(".")[0].split("[")[0] for path, _, _ in differences(shape, outputs, imported)}
    assert shown <= {field.name for field in shape.fields() if field.local or field.derived or field.default is not None}


def test_a_secret_that_was_refreshed_holds_no_secret() -> None:
    """The state's outputs are secret where its inputs are, and nothing is encrypted twice."""
    shape = RESOURCES["databricks:index/secret:Secret"].shape
    refreshed = refreshed_inputs(shape, {"stringValue": Secret("old")}, {"stringValue": Secret("new")})
    assert refreshed == {"stringValue": Secret("new")}
