"""Cases of `test_roundtrip` for principals, the account, access, compute and cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from infra.engine.values import Properties

#: For each type inputs, and what a second program changes in place.
ACCOUNT_CASES: Final[dict[str, tuple[Callable[[dict[str, str]], Properties], Properties]]] = {
    "MwsPermissionAssignment": (
        lambda ids: {"workspaceId": ids["workspace"], "principalId": ids["principal"], "permissions": ["USER"]},
        {},
    ),
    "ServicePrincipalSecret": (lambda ids: {"servicePrincipalId": ids["principal"], "lifetime": "86400s"}, {}),
    "ServicePrincipalFederationPolicy": (
        lambda ids: {
            "servicePrincipalId": int(ids["principal"]),
            "policyId": "github",
            "description": "deploys",
            "oidcPolicy": {"issuer": "https://issuer.example", "audiences": ["lakestead"], "subject": "repo:acme/platform"},
        },
        {"description": "deploys and tests"},
    ),
    "AccountFederationPolicy": (
        lambda _: {"policyId": "people", "oidcPolicy": {"issuer": "https://idp.example", "subjectClaim": "email"}},
        {"oidcPolicy": {"issuer": "https://idp.example", "audiences": ["a", "b"]}},
    ),
    "OboToken": (lambda ids: {"applicationId": ids["application"], "comment": "ci", "lifetimeSeconds": 3600}, {}),
}
#: What nobody can read back, so that an import has nothing to compare.
UNREADABLE: Final = {"ServicePrincipalSecret", "OboToken"}
#: Of what is told once, when it is made, a lost answer is of no use.
UNFINDABLE: Final = UNREADABLE
#: How an import names what has no id of its own in the state.
IMPORTED_BY: Final[dict[str, Callable[[Properties], str]]] = {
    "AccountFederationPolicy": lambda inputs: str(inputs["policyId"]),
    "ServicePrincipalFederationPolicy": lambda inputs: f"{inputs['servicePrincipalId']},{inputs['policyId']}",
}
