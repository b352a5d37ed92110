"""Reading environment files: what a project's folder must hold for them."""

from __future__ import annotations

from infra.operations.settings import Settings
from infra.operations.validation import validate


def test_a_file_of_the_repository_that_is_not_there_is_found(settings: Settings) -> None:
    """With the line of the key that names it; once the file is there the environment is right."""
    local = settings.environments / "local.yaml"
    local.write_text(f"{local.read_text()}notebooks:\n  load: {{source: delivery/load.py}}\n")
    line = len(local.read_text().splitlines())

    (before,) = validate(settings, ["local"])
    (settings.root / "delivery").mkdir()
    (settings.root / "delivery" / "load.py").touch()
    (after,) = validate(settings, ["local"])

    message = "notebooks.load.source: there is no file delivery/load.py in the project"
    assert before.error == f"environments/local.yaml:{line}: {message}"
    assert (after.error, after.findings) == ("", ())
