"""A stand-in for the `pulumi` executable: it answers as the CLI does, from what a test has put into the folder $FAKE_PULUMI.

`<verb>.json` is what `pulumi preview --json` printed for that operation: the events of the operation are made of it, and sent
over gRPC to where the Automation API waits for them. `<verb>.error` makes it fail with that text, `events.json` are sent as
they are, `hold` makes it wait for an interrupt. It keeps every call in `calls.jsonl`, runs no program and writes no state.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDER = Path(os.environ["FAKE_PULUMI"])
KEPT = (
    *("PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"),
    *("PULUMI_HOME", "LAKESTEAD_ENVIRONMENTS"),
)
UPDATE = {
    "version": 0,
    "message": "",
    "environment": {},
    "config": {},
    "resourceChanges": {},
    "startTime": "2026-11-21T01:35:20.000Z",
    "endTime": "2026-11-21T01:35:27.000Z",
}
VERBS = ("preview", "up", "destroy", "refresh")


def main(arguments: list[str]) -> int:
    if arguments == ["version"]:
        print(content("version", "v3.259.0"))
        return 0
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    with (FOLDER / "calls.jsonl").open("a") as calls:
        calls.write(json.dumps({"arguments": arguments, "environment": kept, "cwd": str(Path.cwd())}) + "\n")
    words = [word for word in arguments if word != "--non-interactive"]
    if words[0] == "stack":
        return stack(words)
    return operation(words) if words[0] in VERBS else fails(f"unknown command {words[0]!r}")


def stack(words: list[str]) -> int:
    stacks = FOLDER / "stacks"
    match words[1]:
        case "init":
            stacks.mkdir(exist_ok=True)
            (stacks / words[2]).touch()
        case "select":
            if (FOLDER / "locked").exists():
                return fails("the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end")
            name = words[words.index("--stack") + 1]
            return 0 if (stacks / name).exists() else fails(f"no stack named {name!r} found")
        case "output":
            print(content("outputs.clear.json" if "--show-secrets" in words else "outputs.json", "{}"))
        case "history":
            print(content("history.json", "[]"))
    return 0


def operation(words: list[str]) -> int:
    verb = words[0]
    digest = json.loads(content(f"{verb}.json", "{}"))
    target = words[words.index("--event-log") + 1].removeprefix("tcp://")
    stopped: list[int] = []
    signal.signal(signal.SIGINT, lambda number, frame: stopped.append(number))
    if not (FOLDER / "silent").exists():
        stream(target, events(digest, verb == "preview", stopped))
    if "--json" in words:
        print(json.dumps(digest, indent=2))
    error = content(f"{verb}.error", "")
    if verb != "preview":
        update = {**UPDATE, "kind": verb, "result": "failed" if error else "succeeded"}
        (FOLDER / "history.json").write_text(json.dumps([update]))
    return fails(error) if error or stopped else 0


def events(digest: dict[str, Any], planning: bool, stopped: list[int]) -> Iterator[dict[str, Any]]:
    yield {"preludeEvent": {"config": digest.get("config", {})}}
    for step in digest.get("steps", []):
        yield {"resourcePreEvent": {"metadata": metadata(step), "planning": planning}}
        if (FOLDER / "hold").exists():
            while not stopped:
                time.sleep(0.01)  # not in the main thread, where the signal is handled
            break
        if step.get("newState", {}).get("custom") or step["op"] == "delete":
            yield {"resOutputsEvent": {"metadata": metadata(step), "planning": planning}}
    yield from json.loads(content("events.json", "[]"))
    if not stopped:
        yield {"summaryEvent": {"durationSeconds": 1, "resourceChanges": digest.get("changeSummary", {})}}
    yield {"cancelEvent": {}}


def metadata(step: dict[str, Any]) -> dict[str, Any]:
    either = step.get("newState") or step["oldState"]
    differences = step.get("detailedDiff") or {}
    detailed = {path: {"diffKind": item["kind"], "inputDiff": item["inputDiff"]} for path, item in differences.items()}
    return {
        "op": step["op"],
        "urn": step["urn"],
        "type": either["type"],
        "provider": step.get("provider", ""),
        "old": step.get("oldState"),
        "new": step.get("newState"),
        "keys": step.get("replaceReasons"),
        "diffs": step.get("diffReasons"),
        "detailedDiff": detailed or None,
    }


def stream(target: str, found: Iterator[dict[str, Any]]) -> None:
    import grpc
    from pulumi.runtime.proto import events_pb2, events_pb2_grpc

    requests = (
        events_pb2.EventRequest(event=json.dumps({"sequence": number, "timestamp": 1800000000, **event}))
        for number, event in enumerate(found)
    )
    with grpc.insecure_channel(target) as channel:
        events_pb2_grpc.EventsStub(channel).StreamEvents(requests)


def content(name: str, otherwise: str) -> str:
    path = FOLDER / name
    return path.read_text().strip() if path.exists() else otherwise


def fails(message: str) -> int:
    print(f"error: {message}" if message else "error: update canceled", file=sys.stderr)
    return 255


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
