"""What may be said of a SQL warehouse: fields, defaults, bounds. Pure; databricks-sdk `sql.EndpointInfo`."""

from __future__ import annotations

from typing import Any

from infra.emulator.errors import InvalidParameter
from infra.emulator.store import Document

SIZES = ("2X-Small", "X-Small", "Small", "Medium", "Large", "X-Large", "2X-Large", "3X-Large", "4X-Large", "5X-Large")
_CHOICES = {
    "cluster_size": SIZES,
    "warehouse_type": ("CLASSIC", "PRO"),
    "spot_instance_policy": ("POLICY_UNSPECIFIED", "COST_OPTIMIZED", "RELIABILITY_OPTIMIZED"),
}
_CHANNELS = ("CHANNEL_NAME_CURRENT", "CHANNEL_NAME_PREVIEW", "CHANNEL_NAME_PREVIOUS", "CHANNEL_NAME_CUSTOM")
DEFAULTS: Document = {
    "cluster_size": "X-Small",
    "auto_stop_mins": 120,
    "min_num_clusters": 1,
    "spot_instance_policy": "COST_OPTIMIZED",
    "enable_photon": False,
    "enable_serverless_compute": False,
    "warehouse_type": "CLASSIC",
    "channel": {"name": "CHANNEL_NAME_CURRENT"},
}
FIELDS = ("name", "max_num_clusters", "tags", "instance_profile_arn", "creator_name", *DEFAULTS)


def given(body: dict[str, Any]) -> Document:
    """What a request body says about a warehouse."""
    found = {name: body[name] for name in FIELDS if body.get(name) is not None}
    if "channel" in found and not found["channel"].get("name"):
        found["channel"] = DEFAULTS["channel"]
    return found


def check(document: Document) -> None:
    """Raise InvalidParameter for what is out of the bounds that the SDK's docstrings state."""
    name = document.get("name")
    if not name or not isinstance(name, str) or len(name) >= 100:
        raise InvalidParameter("Warehouse name must not be empty and must have fewer than 100 characters.")
    for field, values in _CHOICES.items():
        if document[field] not in values:
            raise InvalidParameter(f"{field} must be one of {', '.join(values)}, got '{document[field]}'")
    if document["channel"]["name"] not in _CHANNELS:
        raise InvalidParameter(f"channel.name must be one of {', '.join(_CHANNELS)}, got '{document['channel']['name']}'")
    serverless, minutes = document["enable_serverless_compute"], document["auto_stop_mins"]
    if serverless and document["warehouse_type"] != "PRO":
        raise InvalidParameter("enable_serverless_compute needs warehouse_type PRO.")
    if minutes != 0 and minutes < (1 if serverless else 10):
        raise InvalidParameter(f"auto_stop_mins must be 0 or at least {1 if serverless else 10}, got {minutes}")
    low, high = document["min_num_clusters"], document["max_num_clusters"]
    if not 0 < low <= min(high, 30) or high > 40:
        raise InvalidParameter(f"clusters must be 0 < min_num_clusters <= 30, min <= max <= 40; got {low} and {high}")
