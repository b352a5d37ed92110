"""Who serves a resource."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from infra.engine.configured import ConfiguredProviders
from infra.engine.resource import Resource
from infra.engine.values import Properties
from tests.engine.stand_in import Cloud, StandIn

PROVIDER = "urn:pulumi:dev::bench::pulumi:providers:test::default"


class Slow(StandIn):
    """Takes its time to configure a provider."""

    def configure(self, inputs: Properties) -> Cloud:
        time.sleep(0.02)
        return super().configure(inputs)


def test_threads_that_come_at_once_share_one_provider(tmp_path: Path) -> None:
    """What a provider keeps, such as connections and its pace, it keeps for all."""
    state = Resource(urn=PROVIDER, type="pulumi:providers:test", custom=True, id="1")
    providers, start = ConfiguredProviders({"test": Slow(tmp_path)}, [state]), threading.Barrier(8)

    def get() -> int:
        start.wait()
        return id(providers.get(state.reference))

    with ThreadPoolExecutor(8) as pool:
        assert len({future.result() for future in [pool.submit(get) for _ in range(8)]}) == 1
