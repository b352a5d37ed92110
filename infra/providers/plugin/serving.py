"""A plugin on a port of 127.0.0.1, for as long as the process that started it is there."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from infra.engine.ports import Plugin
from infra.providers.plugin.service import PluginService

#: The CLI sends a whole resource in one message, up to this size.
_OPTIONS: Final = (("grpc.max_receive_message_length", 400 * 1024 * 1024), ("grpc.so_reuseport", 0))
#: More calls at once wait for one another.
_THREADS: Final = 64
#: Seconds that calls under way get when the service is to end.
_GRACE: Final = 5.0


@contextmanager
def served(plugin: Plugin) -> Iterator[tuple[grpc.Server, int]]:
    """Answer the calls of the provider protocol while the block runs; yields the server and its port."""
    service = PluginService(plugin)
    server = grpc.server(ThreadPoolExecutor(_THREADS), options=_OPTIONS)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(service, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield server, port
    finally:
        server.stop(_GRACE).wait()
        service.close()


def serve(plugin: Plugin, announce: Callable[[int], None], *, every: float = 1.0) -> None:
    """Serve until the parent process is gone: a CLI that is killed must not leave plugins behind. Looks `every` second."""
    parent = os.getppid()
    with served(plugin) as (server, port):
        announce(port)
        while os.getppid() == parent and server.wait_for_termination(every):
            continue
