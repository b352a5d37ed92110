"""How databricks-sdk is imported, each time in a fresh interpreter."""

from __future__ import annotations

import subprocess
import sys

START = "import sys; from infra.providers.databricks import transport; "


def said(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip()


def test_a_request_needs_no_catalogue_of_services() -> None:
    """It would take half a second to import at each operation."""
    assert said(START + "print('databricks.sdk.service.jobs' in sys.modules)") == "False"


def test_whoever_asks_for_a_service_gets_it() -> None:
    """A program that uses the SDK itself sees nothing of this."""
    program = "import databricks.sdk; from databricks.sdk import WorkspaceClient as asked; "
    assert said(START + program + "print(asked is databricks.sdk.WorkspaceClient)") == "True"
    assert said(START + "print(transport.sdk is __import__('databricks.sdk').sdk.errors)") == "True"


def test_what_is_not_there_is_not_there() -> None:
    """As of any module."""
    assert said(START + "import databricks.sdk; print(hasattr(databricks.sdk, 'nothing'), databricks.sdk.__name__)") == (
        "False databricks.sdk"
    )


def test_a_package_that_is_imported_already_stays_as_it_is() -> None:
    """Its services are there."""
    program = (
        "import databricks.sdk as before; from infra.providers.databricks import transport; import databricks.sdk as after; "
    )
    assert said(program + "print(before is after)") == "True"
