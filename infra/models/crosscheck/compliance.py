"""What `data_classification` and `compliance` ask of the rest of the file; tabled in docs/reference/governance.md."""

from __future__ import annotations

from collections.abc import Iterator

from infra.models.classification import AUDITED, MASKED, SEALED
from infra.models.crosscheck.data import schemas, securables
from infra.models.crosscheck.governance import WRITING
from infra.models.crosscheck.storage import inside
from infra.models.crosscheck.words import Path, Wrong
from infra.models.durations import days
from infra.models.environment import Environment


def compliance(environment: Environment) -> Wrong:
    """Each word of the two, one after the other."""
    yield from _retention(environment)
    yield from _masking(environment)
    yield from _encryption(environment)
    yield from _laws(environment)
    if environment.compliance.sarbanes_oxley:
        yield from _duties(environment)


def _personal(environment: Environment) -> Iterator[tuple[Path, str, str]]:
    """Where it is said that data is personal, of which domain, and how much: medium or high. Once a domain and level."""
    seen: set[tuple[str, str]] = set()
    for domain, catalog in environment.catalogs.items():
        at: Path = ("catalogs", domain)
        places: list[tuple[Path, str | None]] = [((*at, "pii_level"), catalog.pii_level)]
        places += [((*at, "schemas", key, "pii_level"), schema.pii_level) for key, schema in catalog.schemas.items()]
        for path, level in places:
            if level in ("medium", "high") and (domain, level) not in seen:
                seen.add((domain, level))
                yield path, domain, level


def _retention(environment: Environment) -> Wrong:
    retention = environment.data_classification.retention
    places: list[tuple[Path, int | None]] = [
        (("catalogs", domain, "retention_days"), catalog.retention_days) for domain, catalog in environment.catalogs.items()
    ]
    places += [((*at, "retention_days"), schema.retention_days) for at, _, _, schema in schemas(environment)]
    for path, kept in places:
        if retention is not None and kept is not None and kept > days(retention):
            message = f"{kept} is more than data_classification.retention allows: {retention} are {days(retention)} days"
            yield path, message


def _masking(environment: Environment) -> Wrong:
    if environment.data_classification.data_masking == "none":
        return
    for path, domain, level in _personal(environment):
        if not any(domain in (mask.catalogs or (domain,)) for mask in environment.governance.masks.values()):
            masking = f"data_masking is '{environment.data_classification.data_masking}'"
            yield path, f"'{level}' and {masking}, but no mask holds in the catalog '{domain}'; add one to governance.masks"


def _encryption(environment: Environment) -> Wrong:
    if environment.data_classification.pii_encryption == "optional":
        return
    encrypted = [one.url for one in environment.storage.locations.values() if one.encryption and one.encryption.key]
    for path, domain, level in _personal(environment):
        catalog = environment.catalogs[domain]
        held = catalog.storage is not None and any(inside(catalog.storage, url) for url in encrypted)
        if not held and catalog.encryption_key is None:
            remedy = (
                "give the catalog an 'encryption_key', or 'storage' in a location with 'encryption: {algorithm: AWS_SSE_KMS}'"
            )
            yield path, f"'{level}' and pii_encryption is 'required', but no key of your own encrypts '{domain}'; {remedy}"


def _laws(environment: Environment) -> Wrong:
    claimed = environment.compliance.claimed
    for law in claimed:
        at: Path = ("compliance", law)
        if law in MASKED and environment.data_classification.data_masking == "none":
            yield at, "asks that personal data is masked; say partial or full in data_classification.data_masking"
        if law in AUDITED and "access" not in environment.governance.system_schemas:
            yield at, "asks for the audit tables; add 'access' to governance.system_schemas"
        if law in SEALED and environment.data_classification.pii_encryption == "optional":
            yield at, "asks for a key of your own; say 'required' in data_classification.pii_encryption"
        if law in SEALED:
            yield from _isolated(environment, law)
    for law, template in (("hipaa", "phi"), ("pci_dss", "pci")):
        if law in claimed and not any(mask.template == template for mask in environment.governance.masks.values()):
            yield ("compliance", law), f"asks for a mask of the template '{template}'; add one to governance.masks"
    for law in ("ccpa", "gdpr"):
        if law in claimed:
            yield from _stated_time(environment, law)
            break
    if environment.compliance.sarbanes_oxley and environment.backups is None:
        yield (
            ("compliance", "sarbanes_oxley"),
            "asks that records can be brought back; say how often they are copied, in backups",
        )


def _isolated(environment: Environment, law: str) -> Wrong:
    for domain in dict.fromkeys(domain for _, domain, _ in _personal(environment)):
        if environment.catalogs[domain].isolation == "open":
            yield (
                ("catalogs", domain, "isolation"),
                f"'open' lets every workspace in, and compliance.{law} does not; say isolated",
            )


def _stated_time(environment: Environment, law: str) -> Wrong:
    for at, domain, _, _ in schemas(environment):
        level = environment.pii_level(domain, str(at[-1]))
        if level != "none" and environment.retention_days(domain, str(at[-1])) is None:
            remedy = "say retention_days here, or data_classification.retention for all"
            yield at, f"holds personal data ('{level}'), and compliance.{law} wants to know how long it is kept; {remedy}"


def _duties(environment: Environment) -> Wrong:
    """Sarbanes-Oxley, section 404: who changes the books is not who may change how they are made. People write nowhere."""
    groups = environment.identities.groups
    for at, kind, _, grants in securables(environment):
        if kind not in ("catalog", "schema", "table", "volume") or at[0] != "catalogs":
            continue
        if not environment.protects(environment.catalogs[str(at[1])]):
            continue
        for who, words in grants.items():
            writes = WRITING.intersection(environment.identities.privileges(words))
            if who not in environment.identities.service_principals and not _machines(environment, who) and writes:
                noun = "a group" if who in groups else "a user"
                message = f"gives {noun} {min(writes)}; compliance.sarbanes_oxley lets only service principals write here"
                yield (*at, "grants", who), message


def _machines(environment: Environment, who: str) -> bool:
    """Whether a group that the environment keeps holds service principals alone."""
    group = environment.identities.groups.get(who)
    if group is None or group.existing or not group.members:
        return False
    runners = environment.identities.service_principals
    return all(member in runners or _machines(environment, member) for member in group.members)
