"""`${env:NAME}` and `${secret:NAME}`."""

from __future__ import annotations

import pytest

from infra.models import InvalidEnvironment, Unresolved, load_environment, resolve
from tests.models.conftest import Write

REMOTE = """
description: "in ${env:LAKESTEAD_REGION} at ${env:LAKESTEAD_HOST}"
workspace:
  host: "${env:LAKESTEAD_HOST}"
  auth: token
  token: "${secret:PROD_TOKEN}"
"""


def test_a_file_is_judged_without_its_variables(write: Write) -> None:
    """Validation needs no variable, and leaves every reference as it is."""
    environment = load_environment("prod", write(prod=REMOTE))

    assert environment.workspace.host == "${env:LAKESTEAD_HOST}"


def test_variables_are_filled_in_wherever_they_stand(write: Write) -> None:
    """A reference may be a whole text or a part of it; secrets stay references."""
    variables = {"LAKESTEAD_REGION": "the north", "LAKESTEAD_HOST": "https://dbc-1.example.com"}

    environment = resolve(load_environment("prod", write(prod=REMOTE)), variables)

    assert environment.description == "in the north at https://dbc-1.example.com"
    assert environment.workspace.host == "https://dbc-1.example.com"
    assert environment.workspace.token == "${secret:PROD_TOKEN}"


def test_every_variable_that_is_not_set_is_named(write: Write) -> None:
    """All at once, with the lines that read them; an empty one is as good as none."""
    environment = load_environment("prod", write(prod=REMOTE))

    with pytest.raises(Unresolved) as caught:
        resolve(environment, {"LAKESTEAD_REGION": ""})

    assert str(caught.value).splitlines() == [
        "environments/prod.yaml:2: description: the variable LAKESTEAD_HOST is not set; export LAKESTEAD_HOST=…",
        "environments/prod.yaml:2: description: the variable LAKESTEAD_REGION is not set; export LAKESTEAD_REGION=…",
        "environments/prod.yaml:4: workspace.host: the variable LAKESTEAD_HOST is not set; export LAKESTEAD_HOST=…",
    ]


def test_a_value_is_judged_like_what_stands_in_a_file(write: Write) -> None:
    """What a variable holds has to be right for its key, too."""
    environment = load_environment("prod", write(prod=REMOTE))

    with pytest.raises(InvalidEnvironment, match=r"prod\.yaml:4: workspace\.host: 'ftp://there' is no https address"):
        resolve(environment, {"LAKESTEAD_REGION": "x", "LAKESTEAD_HOST": "ftp://there"})


@pytest.mark.parametrize("prefix", ["DATABRICKS_", "AWS_", "ARM_", "AZURE_", "GOOGLE_", "PULUMI_", "DBT_"])
@pytest.mark.parametrize(("kind", "key"), [("env", "host"), ("secret", "token")])
def test_variables_of_the_tools_are_refused(write: Write, prefix: str, kind: str, key: str) -> None:
    """What a shell holds for another tool must not decide where a run goes."""
    text = REMOTE.replace(f'{key}: "${{{kind}:', f'{key}: "${{{kind}:{prefix}')

    with pytest.raises(InvalidEnvironment, match=rf"workspace\.{key}: .* is refused: {prefix}"):
        load_environment("prod", write(prod=text))
