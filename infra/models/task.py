"""The steps of a job. What a step does is said by exactly one key; the rest says where, how often, and after what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from infra.models.record import Key, Record, WrongAt
from infra.models.substitution import Text

#: What a step can do, by its key.
KINDS: Final = ("run", "sql", "notebook", "python", "wheel", "pipeline", "job")
#: What takes named parameters, and what takes arguments in a row.
_NAMED: Final = frozenset({"sql", "notebook", "wheel", "job"})
_IN_A_ROW: Final = frozenset({"python", "wheel"})
#: What runs on a cluster or in a serverless environment, and what on a warehouse.
ON_COMPUTE: Final = frozenset({"run", "notebook", "python", "wheel"})
ON_WAREHOUSE: Final = frozenset({"run", "sql"})


def _dbt_command(value: str) -> str:
    if not value.startswith("dbt "):
        raise ValueError(f"'{value}' is no dbt command; write it as on a command line, such as 'dbt run --select gold'")
    return value


DbtCommand = Annotated[Text, AfterValidator(_dbt_command)]


class Sql(Record):
    """SQL of the repository, or a query of this environment. Exactly one."""

    file: Key | None = None
    """A file of SQL: a key of `files`."""
    query: Key | None = None
    """A query: a key of `queries`."""

    @model_validator(mode="after")
    def _one(self) -> Sql:
        if (self.file is None) == (self.query is None):
            raise ValueError("needs exactly one of 'file' and 'query'")
        return self


class Wheel(Record):
    """A function of a Python package that the step's environment or libraries install."""

    package: Text
    """The package's name."""
    entry_point: Text
    """The function, as the package's metadata names it."""


class Step(Record):
    """Something that a job does."""

    run: tuple[DbtCommand, ...] = Field(default=())
    """dbt commands, in order."""
    sql: Sql | None = None
    """SQL on a warehouse."""
    notebook: Key | None = None
    """A notebook: a key of `notebooks`."""
    python: Key | None = None
    """A file of Python: a key of `files`."""
    wheel: Wheel | None = None
    """A function of a Python package."""
    pipeline: Key | None = None
    """An update of a pipeline: a key of `pipelines`."""
    job: Key | None = None
    """A run of another job: a key of `jobs`."""
    parameters: Mapping[str, Text] = {}
    """Named parameters, of SQL, a notebook, a wheel or another job."""
    arguments: tuple[Text, ...] = ()
    """Arguments in a row, of a file of Python or a wheel."""
    full_refresh: bool = False
    """Of a pipeline: whether everything is computed anew."""
    warehouse: Key | None = None
    """The warehouse that its SQL runs on, where it is not the job's."""
    cluster: Key | None = None
    """A key of the job's `clusters` or of `compute.clusters`; left out, it runs serverless."""
    environment: Key | None = None
    """The serverless environment that it runs in: a key of the job's `environments`."""
    libraries: tuple[Text, ...] = ()
    """On a cluster: Python requirements, and paths of wheels and JARs."""
    description: Text | None = None
    """What it does."""
    timeout: Annotated[int, Field(ge=0)] = 0
    """Minutes after which it is stopped; 0 is never."""
    retries: Annotated[int, Field(ge=0, le=10)] = 0
    """How often it is tried again when it fails."""
    retry_after: Annotated[int, Field(ge=0)] = 0
    """Seconds before it is tried again."""

    @property
    def kind(self) -> str:
        """What it does: one of `KINDS`, or what a subclass adds to them."""
        return next((kind for kind in self._kinds() if getattr(self, kind)), "")

    def _kinds(self) -> tuple[str, ...]:
        return KINDS

    @model_validator(mode="after")
    def _one_kind(self) -> Step:
        given = [kind for kind in self._kinds() if getattr(self, kind)]
        if not given:
            raise ValueError(f"does nothing; say one of {', '.join(self._kinds())}")
        if len(given) > 1:
            raise WrongAt((given[1],), f"goes with no '{given[0]}'; a step does one thing")
        return self

    @model_validator(mode="after")
    def _fitting(self) -> Step:
        kind = self.kind
        for word, kinds in (("parameters", _NAMED), ("arguments", _IN_A_ROW), ("full_refresh", {"pipeline"})):
            if getattr(self, word) and kind not in kinds:
                raise WrongAt((word,), f"means nothing to '{kind}'; it goes with {' or '.join(sorted(kinds))}")
        if self.parameters and self.arguments:
            raise WrongAt(("arguments",), "goes with no 'parameters'; a wheel takes one or the other")
        for word in ("cluster", "environment"):
            if getattr(self, word) and kind not in ON_COMPUTE:
                raise WrongAt((word,), f"means nothing to '{kind}', which runs on neither; leave it out")
        if self.cluster and self.environment:
            raise WrongAt(("environment",), "is of serverless compute, and the step has a cluster; say one of them")
        if self.libraries and not self.cluster:
            raise WrongAt(("libraries",), "go onto a cluster; serverless, they are 'dependencies' of an environment")
        if self.warehouse and kind not in ON_WAREHOUSE:
            raise WrongAt(("warehouse",), f"means nothing to '{kind}'; it goes with run or sql")
        return self


class Condition(Record):
    """A comparison; steps that name it in `when` wait for its outcome."""

    left: Text
    """What is compared: text, or a reference such as {{job.parameters.full}}."""
    op: Literal[
        "EQUAL_TO",
        "NOT_EQUAL",
        "GREATER_THAN",
        "GREATER_THAN_OR_EQUAL",
        "LESS_THAN",
        "LESS_THAN_OR_EQUAL",
    ]
    """How; the first two compare text, the others numbers."""
    right: Text
    """With what."""


class ForEach(Record):
    """A step for each of several inputs; the step knows its own as {{input}}."""

    inputs: tuple[Text, ...] = ()
    """The inputs."""
    inputs_from: Text | None = None
    """Or a reference to a list, such as {{tasks.find.values.days}}."""
    concurrency: Annotated[int, Field(ge=1, le=100)] = 1
    """How many run at the same time."""
    step: Step
    """What is done for each."""

    @model_validator(mode="after")
    def _inputs(self) -> ForEach:
        if bool(self.inputs) == (self.inputs_from is not None):
            raise ValueError("needs exactly one of 'inputs' and 'inputs_from'")
        return self


class Task(Step):
    """One step of a job, and what it waits for."""

    condition: Condition | None = None
    """A comparison."""
    for_each: ForEach | None = None
    """A step for each of several inputs."""
    after: tuple[Key, ...] = ()
    """The tasks that have to be done before."""
    when: Mapping[Key, bool] = {}
    """Conditions, each with the outcome that it must have."""
    run_if: Literal[
        "ALL_SUCCESS",
        "AT_LEAST_ONE_SUCCESS",
        "NONE_FAILED",
        "ALL_DONE",
        "AT_LEAST_ONE_FAILED",
        "ALL_FAILED",
    ] = "ALL_SUCCESS"
    """How those before it have to end."""

    def _kinds(self) -> tuple[str, ...]:
        return (*KINDS, "condition", "for_each")

    @property
    def earlier(self) -> frozenset[str]:
        """All that it waits for."""
        return frozenset(self.after) | frozenset(self.when)

    @property
    def steps(self) -> tuple[Step, ...]:
        """What it does: itself, or the step that it repeats."""
        return (self.for_each.step,) if self.for_each else (self,)
