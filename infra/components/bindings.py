"""Which workspaces see what is isolated, besides the one that it is made in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pulumi
import pulumi_databricks as databricks

if TYPE_CHECKING:
    from infra.models.securable import Bound


def bind(
    name: str,
    model: Bound,
    kind: Literal["catalog", "external_location", "storage_credential"],
    securable: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> None:
    """Bind one securable; the resources are named `<name>/<workspace>`."""
    for key, binding in model.workspaces.items():
        databricks.WorkspaceBinding(
            f"{name}/{key}",
            securable_name=securable,
            securable_type=kind,
            workspace_id=binding.id,
            binding_type=f"BINDING_TYPE_{binding.access.upper().replace('-', '_')}",
            opts=opts,
        )
