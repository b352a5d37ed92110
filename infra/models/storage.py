"""Storage outside the metastore's own: credentials to reach it, and the locations that are reached by them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from infra.models.record import Key, Record, WrongAt
from infra.models.securable import Bound, Grants, Url
from infra.models.substitution import Text, variables

_ROLE: Final = re.compile(r"arn:aws(-us-gov|-cn)?:iam::[0-9]{12}:role/[\w+=,.@/-]+")
_KMS_KEY: Final = re.compile(r"arn:aws(-us-gov|-cn)?:kms:[a-z0-9-]+:[0-9]{12}:(key|alias)/[\w/-]+")


def _role(value: str) -> str:
    if not variables(value) and not _ROLE.fullmatch(value):
        raise ValueError(f"'{value}' is not the ARN of an IAM role; write arn:aws:iam::123456789012:role/name")
    return value


def _kms_key(value: str) -> str:
    if not variables(value) and not _KMS_KEY.fullmatch(value):
        raise ValueError(f"'{value}' is not the ARN of a KMS key; write arn:aws:kms:us-east-1:123456789012:key/id")
    return value


class StorageCredential(Bound):
    """An IAM role that Unity Catalog takes on; its name is `<key>_<environment>`."""

    name: Text | None = None
    """Its name, where it is not `<key>_<environment>`."""
    comment: Text | None = None
    """What it reaches."""
    owner: Key | None = None
    """A service principal or a group of `identities`."""
    role: Annotated[Text, AfterValidator(_role)]
    """The ARN of the IAM role; its trust policy names Databricks."""
    read_only: bool = False
    """It is good for reading alone."""
    grants: Grants = Field(default={})
    """Who may use it."""


class Encryption(Record):
    """How files are encrypted where they lie; https://docs.aws.amazon.com/AmazonS3/latest/userguide/serv-side-encryption.html."""

    algorithm: Literal["AWS_SSE_S3", "AWS_SSE_KMS"]
    """With a key of S3's, or with one of your own."""
    key: Annotated[Text, AfterValidator(_kms_key)] | None = None
    """The ARN of the KMS key, with `AWS_SSE_KMS`."""

    @model_validator(mode="after")
    def _with_its_key(self) -> Encryption:
        if (self.algorithm == "AWS_SSE_KMS") != (self.key is not None):
            raise WrongAt(("algorithm",), f"'{self.algorithm}' goes with {'a' if self.key is None else 'no'} 'key'")
        return self


class ExternalLocation(Bound):
    """A place in S3 with the credential that reaches it; its name is `<key>_<environment>`."""

    name: Text | None = None
    """Its name, where it is not `<key>_<environment>`."""
    comment: Text | None = None
    """What lies there."""
    owner: Key | None = None
    """A service principal or a group of `identities`."""
    url: Url
    """Where it is: `s3://bucket/path`."""
    credential: Key
    """A key of `storage.credentials`."""
    read_only: bool = False
    """Nothing may be written there."""
    encryption: Encryption | None = None
    """How what is written there is encrypted."""
    file_events: bool = False
    """The platform may subscribe to news of files, for file arrival triggers and Auto Loader."""
    grants: Grants = Field(default={})
    """Who may use it."""
    protect: bool | None = None
    """Whether it may be removed; says the environment where left out."""


class Storage(Record):
    """What lies outside the metastore's own storage."""

    credentials: Mapping[Key, StorageCredential] = {}
    """Ways to reach it."""
    locations: Mapping[Key, ExternalLocation] = {}
    """Places there."""
