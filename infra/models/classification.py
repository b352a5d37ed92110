"""What kind of data an environment holds and which laws it answers to. Each word has an effect, or is refused.

The effects are tabled in docs/reference/governance.md; `infra.models.crosscheck.compliance` holds the file to them.
"""

from __future__ import annotations

from typing import Final, Literal

from pydantic import model_validator

from infra.models.durations import Duration
from infra.models.record import Record, WrongAt


class DataClassification(Record):
    """How personal data is treated, in all domains."""

    pii_encryption: Literal["optional", "required"] = "optional"
    """Required: personal data lies under a key of your own."""
    data_masking: Literal["none", "partial", "full"] = "none"
    """How much a mask hides: part of a value, or all of it. None: there are no masks."""
    retention: Duration | None = None
    """How long rows are kept where `retention_days` says nothing, and at most: `7_years`."""


class Compliance(Record):
    """The laws and standards that the environment answers to; each one asks for something of the file."""

    sarbanes_oxley: bool = False
    """Financial reporting: audit tables, backups, and nobody but service principals writes where `protect` holds."""
    ccpa: bool = False
    """Consumers in California: personal data is masked, and kept for a stated time."""
    gdpr: bool = False
    """Persons in the EU: as `ccpa`; and what was deleted is gone from the files within 30 days."""
    hipaa: bool = False
    """Health data: a `phi` mask, isolated catalogs, encryption with a key of your own, audit tables."""
    pci_dss: bool = False
    """Payment cards: a `pci` mask, isolated catalogs, encryption with a key of your own, audit tables."""
    fedramp: bool = False
    """US federal data: refused, for it is a property of the workspace that cannot be given from here."""

    @model_validator(mode="after")
    def _possible(self) -> Compliance:
        if self.fedramp:
            raise WrongAt(
                ("fedramp",),
                "cannot be brought about from here: an account admin puts the workspace under the compliance security profile, "
                "for good; say false",
            )
        return self

    @property
    def claimed(self) -> tuple[str, ...]:
        """The keys that are true, in the order of the file's reference."""
        return tuple(key for key in type(self).model_fields if getattr(self, key))


#: What asks for masked personal data, for the audit tables, for one's own key and isolated catalogs.
MASKED: Final = ("ccpa", "gdpr", "hipaa", "pci_dss")
AUDITED: Final = ("sarbanes_oxley", "hipaa", "pci_dss")
SEALED: Final = ("hipaa", "pci_dss")
#: After how many days a deleted row has to be gone from the files too, under the GDPR.
FORGOTTEN_AFTER: Final = 30
