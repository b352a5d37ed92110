"""What others use of the lakehouse: served models, vector search, experiments, shares."""

from __future__ import annotations

import pulumi

from infra.components.ai import Ai, AiArgs
from infra.components.serving import Serving, ServingArgs
from infra.components.sharing import Sharing, SharingArgs
from infra.components.surroundings import Surroundings
from infra.models import Environment


def offering(
    environment: Environment,
    around: Surroundings,
    folder: pulumi.Input[str],
    options: pulumi.ResourceOptions,
    *,
    after: list[pulumi.Resource],
) -> None:
    """Register what the environment offers, after all of `after`; experiments go to `folder`."""
    ready = pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(depends_on=after))
    ai = environment.ai
    serving = Serving("serving", ServingArgs(environment, around), ready) if ai.models or ai.serving else None
    if ai.experiments or ai.vector_search or ai.indexes:
        endpoints = serving.endpoints if serving is not None else {}
        Ai("ai", AiArgs(environment, around, endpoints, folder), ready)
    if environment.sharing.shares or environment.sharing.recipients:
        Sharing("sharing", SharingArgs(environment, around), ready)
