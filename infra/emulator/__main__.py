"""`python -m infra.emulator --dir DIR --port PORT`: a Databricks workspace on this machine, in the foreground.

Prints one line when it is ready. SIGTERM and SIGINT end it with code 0, a folder or port in use with code 1.
"""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from infra.emulator.server import FolderInUse, WorkspaceServer


def main() -> int:
    """Serve until a signal; the process's exit code."""
    parser = argparse.ArgumentParser(prog="python -m infra.emulator", description="A Databricks workspace on 127.0.0.1.")
    parser.add_argument("--dir", type=Path, required=True, help="the folder that holds the workspace")
    parser.add_argument("--port", type=int, default=0, help="0: the folder's earlier port, or a free one")
    arguments = parser.parse_args()
    folder: Path = arguments.dir.resolve()
    try:
        server = WorkspaceServer(folder, arguments.port)
    except FolderInUse as error:
        return _fail(str(error))
    except OSError as error:
        return _fail(f"cannot serve {folder}: {error}. Choose another address with --port.")

    def ready() -> None:
        sys.stdout.write(f"Workspace {server.workspace.id} at {server.workspace.host}, token in {folder / 'token'}\n")
        sys.stdout.flush()

    for number in (signal.SIGTERM, signal.SIGINT):  # uvicorn takes them over while it serves
        signal.signal(number, lambda *_: server.stop())
    server.run(ready)
    return 0


def _fail(message: str) -> int:
    sys.stderr.write(f"error: {message}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
