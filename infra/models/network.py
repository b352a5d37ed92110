"""From where a workspace may be reached. Limits as in the IP Access Lists API."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from infra.models.record import Key, Record, WrongAt
from infra.models.substitution import Text

#: Addresses and ranges in all lists of a workspace together (https://docs.databricks.com/security/network/front-end/ip-access-list).
MOST_ADDRESSES: Final = 1000


def _address(value: str) -> str:
    if "${env:" in value:
        return value
    try:
        network = ipaddress.ip_network(value)
    except ValueError:
        raise ValueError(f"'{value}' is no address or range; write 203.0.113.7 or 203.0.113.0/24") from None
    if network.version != 4:
        raise ValueError(f"'{value}' is of IPv6, which these lists do not take")
    return value


IpAddress = Annotated[Text, AfterValidator(_address)]


class IpAccessList(Record):
    """Addresses that are let in, or kept out; its name in the workspace is `<key>-<environment>`."""

    type: Literal["ALLOW", "BLOCK"]
    """Whether it lets in or keeps out; what is in both is kept out."""
    addresses: tuple[IpAddress, ...] = Field(min_length=1)
    """Addresses of IPv4 and ranges in CIDR notation."""


class Network(Record):
    """From where the workspace may be reached."""

    ip_access: Mapping[Key, IpAccessList] = {}
    """Lists of addresses; with the first one, whoever is in no `ALLOW` list is kept out."""

    @model_validator(mode="after")
    def _limit(self) -> Network:
        addresses = sum(len(one.addresses) for one in self.ip_access.values())
        if addresses > MOST_ADDRESSES:
            raise WrongAt(("ip_access",), f"has {addresses} addresses; {MOST_ADDRESSES} is the platform's limit")
        return self
