"""Runs under way: one thread each decides what its tasks do, a pool of threads does it.

A run's thread is the only writer of its documents while it is alive; everything else sends it events. What a task really
does is handed in (`infra.emulator.jobs.run_tasks`); which task may start is decided in `infra.emulator.jobs.task_graph`. A
run that was alive when the server died is ended by the next start: nothing is resumed.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from infra.emulator.jobs import run_records, run_states
from infra.emulator.jobs.run_states import ERROR, QUEUED
from infra.emulator.jobs.run_thread import RunThread
from infra.emulator.jobs.task_outcome import Execute
from infra.emulator.store import Document
from infra.emulator.workspace import Workspace

_DIED: Final = "The workspace was stopped or killed while this run was active; the run was not resumed."


class Supervisor:
    """All runs of a workspace."""

    def __init__(self, workspace: Workspace, execute: Execute, *, parallel_tasks: int = 6) -> None:
        self._workspace = workspace
        self._execute = execute
        self._pool = ThreadPoolExecutor(parallel_tasks, thread_name_prefix="task")
        self._threads: dict[int, RunThread] = {}
        self._lock = threading.RLock()
        self._closed = False
        self._end_orphans()

    def start(self, run_id: int) -> None:
        """Carry on with a run: a new one, a queued one, or one that a repair has opened again."""
        with self._lock:
            if not self._closed:
                run = run_records.get(self._workspace, run_id)
                thread = RunThread(self._workspace, run, self._execute, self._pool, self._ended)
                self._threads[run_id] = thread
                thread.start()

    def cancel(self, run_id: int) -> None:
        """End a run; returns at once. One that has ended is left as it is."""
        with self._lock:
            thread = self._threads.get(run_id)
            if thread is not None:
                thread.stop("CANCELED")
                return
            run = self._workspace.store.get("run", str(run_id))
            if run is not None and run["phase"] == QUEUED:
                self._end(run, "CANCELED", "Run cancelled.")

    def cancel_task(self, task_run: Document) -> None:
        """End one task of a run; returns at once."""
        with self._lock:
            thread = self._threads.get(task_run["job_run_id"])
        if thread is not None:
            thread.stop_task(task_run["task_key"], "CANCELED")

    def wait(self, run_id: int, timeout: float) -> bool:
        """Whether the run has no thread any more within `timeout` seconds."""
        with self._lock:
            thread = self._threads.get(run_id)
        return thread is None or thread.join(timeout)

    def close(self) -> None:
        """End all runs, then the threads."""
        with self._lock:
            self._closed = True
            threads = tuple(self._threads.values())
        for thread in threads:
            thread.stop(ERROR, _DIED)
        for thread in threads:
            thread.join()
        self._pool.shutdown()
        self._end_orphans()

    def _ended(self, thread: RunThread) -> None:
        """Called by a run's thread as its last act: the job's next queued run may start."""
        with self._lock:
            if self._threads.get(thread.run_id) is thread:
                del self._threads[thread.run_id]
            if self._closed:
                return
            for run_id in run_records.active_ids(self._workspace, thread.job_id):
                waiting = run_records.get(self._workspace, run_id)
                if waiting["phase"] != QUEUED or not has_capacity(self._workspace, waiting):
                    continue
                now = self._workspace.clock.millis()
                waiting |= {"phase": run_states.PENDING, "message": "", "start_time": now}
                waiting["resumed_at"] = now
                waiting["queue_duration"] = now - waiting["queued_at"]
                run_records.save(self._workspace, waiting)
                self.start(run_id)

    def _end_orphans(self) -> None:
        for run_id in run_records.active_ids(self._workspace):
            self._end(run_records.get(self._workspace, run_id), ERROR, _DIED)

    def _end(self, run: Document, result: str, message: str) -> None:
        now = self._workspace.clock.millis()
        end = {"phase": run_states.final_phase(result), "result": result, "message": message, "end_time": now}
        with self._workspace.store.transaction():
            for task_run in run_records.task_runs(self._workspace, run):
                if not run_states.is_final(task_run):
                    run_records.save_task(self._workspace, {**task_run, **end})
            if run["repairs"]:
                run["repairs"][-1] |= end
            run_records.save(self._workspace, {**run, **end})


def has_capacity(workspace: Workspace, run: Document) -> bool:
    """Whether the run's job may have one more run under way."""
    others = (run_records.get(workspace, run_id) for run_id in run_records.active_ids(workspace, run["job_id"]))
    busy = sum(1 for other in others if other["phase"] != QUEUED and other["run_id"] != run["run_id"])
    return busy < int(run["settings"].get("max_concurrent_runs", 1))
