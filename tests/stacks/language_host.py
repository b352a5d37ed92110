"""Runs a program as Pulumi's Python language host does, and writes down what it registers. A script, not a test.

    python language_host.py PROGRAM_FOLDER STACK OUTPUT.json

The host puts the program's folder first on `sys.path`, changes into it, and calls `runpy.run_path(folder, run_name="__main__")`
inside `run_in_stack`. A `RunError` is shown as its text alone and ends in 1, like there.
"""

from __future__ import annotations

import asyncio
import json
import os
import runpy
import sys
import zlib
from pathlib import Path
from typing import Any, NoReturn

import pulumi
from google.protobuf import empty_pb2, json_format
from pulumi.runtime import mocks

#: What the platform gives whole numbers to, which others name as such.
_NUMBERED = frozenset({"ServicePrincipal", "Job", "GitCredential"})


def _given_by_the_platform(type: str, name: str) -> dict[str, str]:
    match type:
        case "ServicePrincipal":
            return {"applicationId": f"app-{name}"}
        case "ServicePrincipalSecret":
            return {"secret": f"secret-of-{name}"}
        case "BudgetPolicy":
            return {"policyId": f"policy-{name}"}
        case "VectorSearchEndpoint":
            return {"endpointId": f"endpoint-{name}"}
        case "ModelServing":
            return {"servingEndpointId": f"endpoint-{name}"}
    return {}


class Workspace(mocks.Mocks):
    """Makes everything that it is asked for."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        kind = args.typ.rpartition(":")[2]
        id = str(zlib.crc32(args.name.encode())) if kind in _NUMBERED else f"{args.name}-id"
        return id, {**args.inputs, **_given_by_the_platform(kind, args.name)}

    def call(self, args: mocks.MockCallArgs) -> NoReturn:
        raise AssertionError(f"the program asks for {args.token}; it should need no answer but its own resources'")


class Recorder(mocks.MockMonitor):
    """A resource monitor that keeps the requests."""

    def __init__(self) -> None:
        super().__init__(Workspace())
        self.registered: list[dict[str, Any]] = []
        self.outputs: dict[str, Any] = {}

    def RegisterResource(self, request: Any) -> Any:
        self.registered.append(
            {
                "type": request.type,
                "name": request.name,
                "inputs": json_format.MessageToDict(request.object),
                "parent": request.parent,
                "provider": request.provider,
                "protect": request.protect,
                "retain_on_delete": request.retainOnDelete,
                "depends_on": sorted(request.dependencies),
            }
        )
        return super().RegisterResource(request)  # type: ignore[no-untyped-call]

    def RegisterResourceOutputs(self, request: Any) -> Any:
        if request.urn.endswith("pulumi:pulumi:Stack::" + request.urn.rpartition("::")[2]):
            self.outputs = json_format.MessageToDict(request.outputs)
        return super().RegisterResourceOutputs(request)  # type: ignore[no-untyped-call]


def execute(program: str) -> None:
    runpy.run_path(program, run_name="__main__")


def main(program: str, stack: str, output: str) -> int:
    sys.path[0] = program
    os.chdir(program)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    monitor = Recorder()
    features = set(monitor.GetDeploymentInfo(empty_pb2.Empty()).supportedFeatures)  # type: ignore[no-untyped-call]
    pulumi.runtime.configure(
        mocks.MockSettings(  # type: ignore[no-untyped-call]
            monitor=monitor,
            monitor_features=features,
            engine=mocks.MockEngine(None),
            project="lakestead",
            stack=stack,
            dry_run=False,
        )
    )
    try:
        loop.run_until_complete(pulumi.runtime.run_in_stack(lambda: execute(program)))
    except pulumi.RunError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    finally:
        Path(output).write_text(json.dumps({"registered": monitor.registered, "outputs": monitor.outputs}))
    return 0


if __name__ == "__main__":
    code = main(*sys.argv[1:])
    sys.stderr.flush()
    os._exit(code)  # the SDK leaves event loops behind, which may complain when they are collected at the end
