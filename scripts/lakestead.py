"""The `lakestead` command: parse, one call into `infra.operations`, an exit code.

Exit codes: 0 done, 1 an error that is told, 2 a wrong command line (and `preview --exit-code` with changes), 3 a workspace
that does not run (`workspace status`), 130 interrupted.
"""

from __future__ import annotations

import importlib.metadata
import sys
from typing import Annotated

import typer

from infra.engine.errors import EngineError
from infra.engine.ports import ProviderError
from infra.models.errors import ModelError
from infra.operations.errors import OperationError
from scripts import beginnings, dbt_runs, deployments, drift, options, surgery, takeover, upkeep, workspaces
from scripts.screen import Screen

_EPILOG = """
Begin on this machine, without an account:\n
\b
  lakestead workspace start          a Databricks workspace on 127.0.0.1
  lakestead preview local            what would be made in it
  lakestead up local                 make it
  lakestead run local streaming      run the environment's dbt job
  lakestead dbt local -- show --inline "select * from {{ ref('dim_shows') }}"
\b
In a pipeline:
  lakestead validate
  lakestead preview prod --exit-code
  lakestead up prod --yes -m "$COMMIT_SUBJECT"
\b
Exit codes: 0 done, 1 an error that is told, 2 a wrong command line, 3 a
workspace that does not run (workspace status), 130 interrupted; preview
--exit-code ends with 2 when there are changes.

Every command tells more: lakestead up --help
"""
_EXAMPLES = {
    "preview": """
\b
  lakestead preview local --diff           with old and new values
  lakestead preview prod --exit-code       0 no change, 2 changes, 1 an error
  lakestead preview prod --json | jq .changeSummary
""",
    "up": """
\b
  lakestead up local                       a preview, a question, the update
  lakestead up prod --yes -m "$SUBJECT"    in a pipeline
""",
    "init": """
\b
  lakestead init my-data                   a repository of its own, in my-data
  lakestead init . --domain shop --dry-run what would be written here
""",
    "outputs": """
\b
  lakestead outputs local                  all of them
  lakestead outputs local warehouses.etl   one value, for a script
""",
    "drift": """
\b
  lakestead drift prod --exit-code         0 no drift, 2 drift, 1 an error
  lakestead drift prod --adopt             into the file, with a question
  lakestead drift prod --revert --yes      out of the workspace
""",
    "import": """
\b
  lakestead import prod --dry-run          what the file would say
  lakestead import prod --catalog sales    only what is in one catalog
""",
    "run": """
\b
  lakestead run local streaming            start, follow, tell what failed
  lakestead run local streaming --follow RUN
  lakestead run local streaming --cancel RUN
""",
}

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False, epilog=_EPILOG)


def _version(wanted: bool) -> None:
    if wanted:
        Screen().line(f"lakestead {importlib.metadata.version('lakestead')}")
        raise typer.Exit


@app.callback()
def lakestead(
    context: typer.Context,
    project: options.Project = None,
    environments: options.Environments = None,
    engine: options.Engine = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """Whole environments for dbt on Databricks, from one file each."""
    context.obj = options.Common(project=project, environments=environments, engine=engine)


for _command in (
    *(deployments.validate, deployments.preview, deployments.up, deployments.destroy),
    *(deployments.history, deployments.outputs, upkeep.refresh, drift.drift, upkeep.cancel, dbt_runs.run),
):
    app.command(epilog=_EXAMPLES.get(_command.__name__))(_command)
app.command(name="import", epilog=_EXAMPLES.get("import"))(takeover.import_)
app.command(context_settings={"ignore_unknown_options": True})(dbt_runs.dbt)
app.command(epilog=_EXAMPLES["init"])(beginnings.init)
app.add_typer(workspaces.commands, name="workspace")
for _group in (surgery.state, surgery.stack, surgery.config):
    app.add_typer(_group)


def main() -> None:
    """The entry point: an expected error becomes one message and exit code 1, never a traceback."""
    try:
        app(prog_name="lakestead")
    except OperationError as error:
        Screen().failure(error.what, error.why, error.remedy)
        sys.exit(1)
    except (EngineError, ModelError, ProviderError) as error:
        Screen().failure(str(error))
        sys.exit(1)


if __name__ == "__main__":
    main()
