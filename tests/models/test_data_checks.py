"""What the parts of a file ask of one another where data is concerned: laws, masks, places, copies."""

from __future__ import annotations

import textwrap

import pytest

from infra.models import InvalidEnvironment, load_environment
from tests.models.conftest import Write

SOUND = """
workspace: {emulator: .lakestead/workspace}
protect: true
identities:
  service_principals: {runner: {}, copier: {}}
  groups:
    people: {existing: true}
    robots: {members: [runner, copier]}
storage:
  credentials: {lake: {role: arn:aws:iam::123456789012:role/lake}}
  locations:
    lake:
      url: s3://acme-lake
      credential: lake
      encryption: {algorithm: AWS_SSE_KMS, key: arn:aws:kms:us-east-1:123456789012:key/k}
catalogs:
  care:
    isolation: isolated
    storage: s3://acme-lake/care
    pii_level: high
    retention_days: 365
    grants: {robots: [USE_CATALOG, USE_SCHEMA, SELECT, MODIFY]}
    schemas: {notes: {}, rules: {pii_level: none}}
warehouses: {etl: {size: Small, permissions: {robots: CAN_USE}}}
governance:
  warehouse: etl
  functions: care.rules
  tags: {phi: {}, pci: {}}
  masks:
    diagnoses: {template: phi, tag: phi, except: [robots]}
    cards: {template: pci, tag: pci, except: [robots]}
  system_schemas: {access: {}}
data_classification: {pii_encryption: required, data_masking: full, retention: 10_years}
compliance: {sarbanes_oxley: true, ccpa: true, gdpr: true, hipaa: true, pci_dss: true}
dbt: {catalog: care, schema: notes}
jobs: {daily: {warehouse: etl, run_as: runner, tasks: {run: {run: [dbt run]}}}}
backups: {frequency: daily, retention: 4_weeks, storage: s3://acme-backup, warehouse: etl, run_as: copier}
"""


def wrong(write: Write, change: str) -> list[str]:
    """`key: message` of everything that is wrong once a file changes what is sound."""
    folder = write(sound=SOUND, changed=f"extends: sound\n{textwrap.dedent(change)}")
    try:
        load_environment("changed", folder)
    except InvalidEnvironment as error:
        return [f"{finding.key}: {finding.message}" for finding in error.findings]
    return []


def test_a_file_can_answer_to_all_laws_at_once(write: Write) -> None:
    """Groups that hold nothing but service principals are no people."""
    assert wrong(write, "description: As it is") == []


@pytest.mark.parametrize(
    ("change", "keys"),
    [
        ("data_classification: {data_masking: none}", ["ccpa", "gdpr", "hipaa", "pci_dss", "masks.diagnoses", "masks.cards"]),
        ("data_classification: {pii_encryption: optional}", ["hipaa", "pci_dss"]),
        ("governance: {system_schemas: {access: null}}", ["sarbanes_oxley", "hipaa", "pci_dss"]),
        ("governance: {masks: {diagnoses: null}}", ["hipaa"]),
        ("governance: {masks: {cards: null}}", ["pci_dss"]),
        ("backups: null", ["sarbanes_oxley"]),
        ("catalogs: {care: {isolation: open}}", ["care.isolation"]),
        ("catalogs: {care: {retention_days: null}}\ndata_classification: {retention: null}", ["schemas.notes"]),
        ("catalogs: {care: {grants: {people: [USE_CATALOG, MODIFY]}}}", ["grants.people"]),
        ("catalogs: {care: {grants: {people: [USE_CATALOG, SELECT]}}}", []),
        ("protect: false\nbackups: null\ncompliance: {sarbanes_oxley: false}", []),
        ("catalogs: {care: {storage: null}}", ["care.pii_level"]),
        ("catalogs: {care: {storage: null, encryption_key: 1a2b}}", []),
    ],
)
def test_a_law_asks_for_its_part(write: Write, change: str, keys: list[str]) -> None:
    """Each finding stands where the law is claimed, or where it is broken."""
    found = {finding.partition(": ")[0] for finding in wrong(write, change)}

    assert {key for key in found if not any(key.endswith(part) for part in keys)} == set()
    assert {part for part in keys if not any(key.endswith(part) for key in found)} == set()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            "storage: {credentials: {lake: {isolation: isolated, workspaces: {x: {id: '1', access: read-only}}}}}",
            "storage.credentials.lake.workspaces.x.access: 'read-only' binds catalogs alone; leave it out here",
        ),
        (
            "catalogs: {care: {schemas: {notes: {volumes: {files: {location: s3://acme-lake/care/files}}}}}}",
            "catalogs.care.schemas.notes.volumes.files.location: 's3://acme-lake/care/files' overlaps with "
            "'s3://acme-lake/care' of catalogs.care.storage, which the platform refuses; keep them apart",
        ),
        (
            "catalogs: {care: {isolation: isolated, workspaces: {x: {id: production}}}}",
            "catalogs.care.workspaces.x.id: 'production' is not the number of a workspace; it stands after '?o=' in the "
            "workspace's address",
        ),
        (
            "governance: {masks: {cards: {columns: [care.notes.visits.card], except: [copier]}}}",
            "governance.masks.cards.except: 'runner' writes in the catalog 'care', and would write what it is shown: masked; "
            "add it",
        ),
        (
            "governance: {masks: {cards: {columns: [care.nowhere.visits.card]}}}",
            "governance.masks.cards.columns[0]: 'nowhere' is no schema; catalogs.care.schemas has notes, rules",
        ),
        (
            "governance: {masks: {cards: {values: [visa]}}}",
            "governance.masks.cards.values[0]: 'visa' is no value of the governed tag 'pci'; it has none",
        ),
        (
            "catalogs: {care: {tags: {pci: visa}}}",
            "catalogs.care.tags.pci: the governed tag 'pci' takes no value; write \"\", or add 'visa' to "
            "governance.tags.pci.values",
        ),
        (
            "catalogs: {care: {tags: {pii_level: low}}}",
            "catalogs.care.tags.pii_level: is given by 'pii_level:' itself; say it there",
        ),
        (
            "catalogs: {care: {tags: {a.b: c}}}",
            "catalogs.care.tags.a.b: 'a.b' cannot be a tag's key; use letters, digits and '_', no digit first",
        ),
        (
            "storage: {locations: {lake: {encryption: {algorithm: AWS_SSE_S3}}}}",
            "storage.locations.lake.encryption.algorithm: 'AWS_SSE_S3' goes with no 'key'",
        ),
        (
            "backups: {retention: 3_days}",
            "backups.retention: '3_days' is too short: a week is the least, or a bad day is in all copies",
        ),
        (
            "backups: {run_as: robots}",
            "backups.run_as: 'robots' is no service principal; identities.service_principals has copier, runner",
        ),
        (
            "catalogs: {care: {schemas: {notes: {grants: {people: [SELECT]}}}}}",
            "catalogs.care.schemas.notes.grants.people: 'people' cannot enter the catalog; grant it USE_CATALOG on "
            "catalogs.care too",
        ),
        (
            "catalogs: {care: {grants: {people: [USE_CATALOG]}, schemas: {notes: {volumes: {files: {grants: {people: "
            "[READ_VOLUME]}}}}}}}",
            "catalogs.care.schemas.notes.volumes.files.grants.people: 'people' cannot enter the schema; grant it USE_SCHEMA on "
            "catalogs.care.schemas.notes too",
        ),
    ],
)
def test_what_does_not_fit_is_told(write: Write, change: str, message: str) -> None:
    """In one finding: the key, what is wrong, what would be right."""
    assert wrong(write, change) == [message]


def test_a_catalog_takes_ten_policies(write: Write) -> None:
    """The eleventh is refused where it stands."""
    masks = {f"m{number:02}": "{template: pci, tag: pci, except: [robots]}" for number in range(9)}
    more = ", ".join(f"{key}: {mask}" for key, mask in masks.items())

    assert wrong(write, f"governance: {{masks: {{{more}}}}}") == [
        "governance.masks.m08: is number 11 in the catalog 'care'; 10 is the platform's limit"
    ]
