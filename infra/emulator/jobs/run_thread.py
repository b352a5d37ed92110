"""The thread of one run: starts its tasks as their dependencies allow, retries, times out, stops, concludes.

It alone writes the run's documents. Others send it events: `stop`, `stop_task`, and the tasks themselves.
"""

from __future__ import annotations

import queue
import sys
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import suppress
from typing import Any, Final

from infra.emulator.jobs import run_records, run_states, task_graph
from infra.emulator.jobs.job_settings import dependencies, task_type
from infra.emulator.jobs.run_states import BLOCKED, ERROR, PENDING, RUNNING, TERMINATING, WAITING_FOR_RETRY
from infra.emulator.jobs.task_outcome import Execute, Outcome, Stop
from infra.emulator.store import Document
from infra.emulator.workspace import Workspace

#: Seconds between looks at the clock, while there is a time to wait for: tests move the clock.
_LOOK: Final = 0.2
#: Seconds that a task waits for its start to be on record.
_PATIENCE: Final = 5.0
#: Kinds of tasks that wait for other tasks.
_WAITING: Final = frozenset({"for_each_task", "run_job_task"})
_MESSAGES: Final = {"CANCELED": "Run cancelled.", "TIMEDOUT": "Run timed out."}


class RunThread:
    """Carries one run to its end, then calls `ended` with itself."""

    def __init__(
        self, workspace: Workspace, run: Document, execute: Execute, pool: Executor, ended: Callable[[RunThread], None]
    ) -> None:
        self._thread = threading.Thread(target=self._live, name=f"run-{run['run_id']}", daemon=True)
        self.run_id: int = run["run_id"]
        self.job_id: int = run["job_id"]
        self._workspace = workspace
        self._run = run
        self._execute = execute
        self._pool = pool
        self._ended = ended
        self._graph = {task["task_key"]: dependencies(task) for task in run["settings"]["tasks"]}
        self._tasks = run_records.latest(run_records.task_runs(workspace, run))
        self._stops: dict[str, Stop] = {}
        self._retries: dict[str, int] = {}
        self._reason = ""
        self._inbox: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()

    def stop(self, reason: str, message: str = "") -> None:
        """End the run with this result."""
        self._inbox.put(lambda: self._stop(reason, message))

    def stop_task(self, key: str, reason: str) -> None:
        """End one task with this result; its successors see it."""
        self._inbox.put(lambda: self._stop_task(key, reason))

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def join(self, timeout: float | None = None) -> bool:
        """Whether the thread has ended, or does within `timeout` seconds."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _live(self) -> None:
        """Until no task is open. A defect of ours ends the run too: nobody waits for ever."""
        try:
            self._drive()
        except Exception as error:
            traceback.print_exc(file=sys.stderr)
            self._break(f"{type(error).__name__}: {error}")
        finally:
            self._ended(self)

    def _drive(self) -> None:
        self._update(phase=RUNNING)
        while True:
            while self._advance():
                pass
            if all(map(run_states.is_final, self._tasks.values())):
                break
            with suppress(queue.Empty):
                self._inbox.get(timeout=_LOOK if self._awaits_a_time() else None)()
            self._check_times()
        self._conclude()

    def _break(self, message: str) -> None:
        for stop in self._stops.values():
            stop.request(ERROR)
        for key, task_run in self._tasks.items():
            if not run_states.is_final(task_run):
                self._end_task(key, ERROR, message)
        self._update(phase=run_states.INTERNAL_ERROR, result=ERROR, message=message)

    def _advance(self) -> bool:
        """Start or skip what no longer waits for another task. Whether a task ended by that."""
        ended = False
        for key, task_run in tuple(self._tasks.items()):
            if task_run["phase"] != BLOCKED:
                continue
            upstream = [self._tasks[name] for name in self._graph[key]]
            if self._reason:
                self._end_task(key, self._reason, self._run.get("message", ""))
            elif task_run["task"].get("disabled"):
                self._end_task(key, "DISABLED", run_states.NOT_RUN["DISABLED"])
            elif all(map(run_states.is_final, upstream)):
                verdict = task_graph.verdict(task_run["task"]["run_if"], self._results(task_run["task"]))
                if verdict == task_graph.RUN:
                    self._begin(key)
                    continue
                self._end_task(key, verdict, run_states.NOT_RUN[verdict])
            else:
                continue
            ended = True
        return ended

    def _results(self, task: Document) -> list[str]:
        """How the tasks ended that this one waits for; a condition that went the other way counts as excluded."""
        found = []
        for entry in task.get("depends_on") or ():
            other = self._tasks[entry["task_key"]]
            took = (other.get("output") or {}).get("condition_outcome")
            missed = other["result"] == "SUCCESS" and entry.get("outcome") not in (None, "", took)
            found.append("EXCLUDED" if missed else str(other["result"]))
        return found

    def _begin(self, key: str) -> None:
        self._update_task(key, phase=PENDING)
        stop = self._stops[key] = Stop()
        if task_type(self._tasks[key]["task"]) in _WAITING:  # in the pool they would keep places from what they wait for
            threading.Thread(target=self._perform, args=(self._run, self._tasks[key], stop), daemon=True).start()
        else:
            self._pool.submit(self._perform, self._run, self._tasks[key], stop)

    def _perform(self, run: Document, task_run: Document, stop: Stop) -> None:
        """In a thread of the pool."""
        key = task_run["task_key"]
        if stop.reason:
            outcome = Outcome(stop.reason)
        else:
            noted = threading.Event()
            self._inbox.put(lambda: self._note_start(key, noted))
            noted.wait(_PATIENCE)
            outcome = self._attempt(run, task_run, stop)
        self._inbox.put(lambda: self._task_ended(key, outcome))

    def _note_start(self, key: str, noted: threading.Event) -> None:
        if self._tasks[key]["phase"] == PENDING:
            self._update_task(key, phase=RUNNING, start_time=self._workspace.clock.millis())
        noted.set()

    def _attempt(self, run: Document, task_run: Document, stop: Stop) -> Outcome:
        try:
            return self._execute(run, task_run, stop)
        except Exception as error:
            traceback.print_exc(file=sys.stderr)
            message = f"{type(error).__name__}: {error}"
            return Outcome(ERROR, message, message, traceback.format_exc())

    def _task_ended(self, key: str, outcome: Outcome) -> None:
        reason = self._stops.pop(key).reason
        if reason:
            self._end_task(key, reason, self._run.get("message") or _MESSAGES.get(reason, ""), outcome)
        else:
            self._end_task(key, outcome.result, outcome.message, outcome)
        task, result = self._tasks[key]["task"], self._tasks[key]["result"]
        failed = result in ("FAILED", ERROR) or (result == "TIMEDOUT" and task.get("retry_on_timeout", False))
        allowed, used = task.get("max_retries", 0), self._retries.get(key, 0)
        if failed and not self._reason and not outcome.hopeless and (allowed == -1 or used < allowed):
            self._retries[key] = used + 1
            self._retry(key)

    def _retry(self, key: str) -> None:
        failed = self._tasks[key]
        again = run_records.new_task_run(self._workspace, self._run, failed["task"], failed)
        again |= {
            "phase": WAITING_FOR_RETRY,
            "retry_at": failed["start_time"] + failed["task"].get("min_retry_interval_millis", 0),
        }
        self._tasks[key] = again
        run_records.save_task(self._workspace, again)
        if self._run["repairs"]:
            self._run["repairs"][-1]["task_run_ids"].append(again["run_id"])

    def _awaits_a_time(self) -> bool:
        return bool(self._run["settings"].get("timeout_seconds")) or any(
            task_run["phase"] == WAITING_FOR_RETRY or task_run["task"].get("timeout_seconds")
            for task_run in self._tasks.values()
            if not run_states.is_final(task_run)
        )

    def _check_times(self) -> None:
        now = self._workspace.clock.millis()
        timeout = self._run["settings"].get("timeout_seconds")
        if timeout and now - self._run["resumed_at"] >= timeout * 1000:
            self._stop("TIMEDOUT")
        for key, task_run in tuple(self._tasks.items()):
            timeout = task_run["task"].get("timeout_seconds")
            if task_run["phase"] == RUNNING and timeout and now - task_run["start_time"] >= timeout * 1000:
                self._stop_task(key, "TIMEDOUT")
            elif task_run["phase"] == WAITING_FOR_RETRY and task_run["retry_at"] <= now:
                self._begin(key)

    def _stop(self, reason: str, message: str = "") -> None:
        if self._reason:
            return
        self._reason = reason
        self._update(phase=TERMINATING, message=message or _MESSAGES.get(reason, ""))
        for key in tuple(self._tasks):
            self._stop_task(key, reason)

    def _stop_task(self, key: str, reason: str) -> None:
        task_run = self._tasks.get(key)
        if task_run is None or run_states.is_final(task_run):
            return
        if key in self._stops:
            self._update_task(key, phase=TERMINATING)
            self._stops[key].request(reason)
        else:
            self._end_task(key, reason, self._run.get("message") or _MESSAGES.get(reason, ""))

    def _conclude(self) -> None:
        results = {key: task_run["result"] for key, task_run in self._tasks.items()}
        result = self._reason or task_graph.conclusion(self._graph, results)
        phase, message = run_states.final_phase(result), self._run.get("message", "")
        if not self._reason and result == "FAILED":
            key = next(key for key in self._graph if results[key] in ("FAILED", "TIMEDOUT", ERROR))
            message = f"Task {key} failed with message: {self._tasks[key].get('message', '').rstrip('.')}."
            if "UPSTREAM_FAILED" in results.values():
                # So it is on Databricks: a failure that keeps other tasks from running is an internal error of the run.
                phase = run_states.INTERNAL_ERROR
                message += " This caused all downstream tasks to get skipped."
            elif results[key] == ERROR:
                phase = run_states.INTERNAL_ERROR
        self._update(phase=phase, result=result, message=message)

    def _end_task(self, key: str, result: str, message: str, outcome: Outcome | None = None) -> None:
        details = {"error": outcome.error, "trace": outcome.trace, "output": outcome.output} if outcome else {}
        now = self._workspace.clock.millis()
        self._update_task(key, phase=run_states.final_phase(result), result=result, message=message, end_time=now, **details)

    def _update_task(self, key: str, **changes: Any) -> None:
        self._tasks[key] = {**self._tasks[key], **changes}
        run_records.save_task(self._workspace, self._tasks[key])

    def _update(self, **changes: Any) -> None:
        self._run = {**self._run, **changes}
        if run_states.is_final(self._run):
            self._run["end_time"] = self._workspace.clock.millis()
            if self._run["repairs"]:
                end = {name: self._run[name] for name in ("phase", "result", "message", "end_time")}
                self._run["repairs"][-1] |= end
        run_records.save(self._workspace, self._run)
