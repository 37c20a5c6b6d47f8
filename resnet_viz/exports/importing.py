"""An exported run read back in: a file from anywhere, so nothing in it is believed unchecked.

What a run can say of itself is limited to its spec (validated like any other),
curves, profiles and a list of known facts; everything else is left out. Roles,
seeds and digests follow from the spec. An imported run is marked as such and
is never trained on.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Any

import numpy as np
import orjson
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from resnet_viz.data.catalogue import check_data
from resnet_viz.errors import InvalidSetting
from resnet_viz.events import (
    Event,
    Facts,
    Failure,
    NormStatistics,
    Profile,
    RunState,
    Series,
    StateChanged,
    StepMode,
)
from resnet_viz.exports.encoding import in_utf8
from resnet_viz.locale import N_
from resnet_viz.specs import RunSpec
from resnet_viz.store import GroupRecord, ImportedRun, Labels, Store
from resnet_viz.store.export import SCHEMA
from resnet_viz.store.labels import LONGEST, MOST_TAGS

MAX_BYTES = 32 * 2**20
MAX_RUNS = 500
_MAX_POINTS = 2_000_000
_FAR = 4_102_444_800.0  # the year 2100


def import_runs(store: Store, owner: str, content: bytes, *, name: str = "") -> GroupRecord:
    """Record the exported runs in ``content`` (JSON, UTF-8 or UTF-16) as a group of finished runs.

    Runs that had not ended when they were exported count as stopped.

    Raises:
        InvalidSetting: this is not an export of this project, is too large, or
            does not fit together; nothing is recorded then.
    """
    return store.library.add_imported(owner, parse_runs(content), name=name)


def parse_runs(content: bytes) -> list[ImportedRun]:
    """The runs in an export; raises `InvalidSetting`."""
    if len(content) > MAX_BYTES:
        raise InvalidSetting(
            "import_too_large",
            N_("The file has {size} MB; at most {most} MB can be imported. Export fewer runs at a time."),
            size=round(len(content) / 2**20),
            most=MAX_BYTES // 2**20,
        )
    try:
        runs = _parsed(in_utf8(content))
    except ValidationError as error:
        raise _refusal(error, content) from None
    points = sum(run.points for run in runs)
    if points > _MAX_POINTS:
        raise InvalidSetting(
            "import_too_many_points",
            N_(
                "The file has {count} measured numbers; at most {most} can be imported. "
                "Export fewer runs at a time."
            ),
            count=points,
            most=_MAX_POINTS,
        )
    return [_imported(run) for run in runs]


_Finite = Annotated[float, Field(allow_inf_nan=False)]
_Text = Annotated[str, Field(max_length=200)]
_Time = Annotated[float, Field(ge=0, le=_FAR, allow_inf_nan=False)]
_Step = Annotated[int, Field(ge=0, le=1_000_000)]
_Count = Annotated[int, Field(ge=0, le=2**53)]
_Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{1,64}$")]
_Metric = Annotated[str, Field(pattern=r"^[a-z]{1,20}/[a-z_]{1,40}$")]
_TapName = Annotated[str, Field(pattern=r"^[a-z0-9_.]{1,60}$")]


def _ascending(steps: list[int]) -> list[int]:
    if any(after <= before for before, after in pairwise(steps)):
        raise ValueError("steps must ascend")
    return steps


_Steps = Annotated[list[_Step], AfterValidator(_ascending)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class _Curve(_Part):
    step: _Steps
    value: list[_Finite | None]


class _Table(_Part):
    step: _Steps
    tap: Annotated[list[_TapName], Field(min_length=1, max_length=5_000)]
    value: list[list[_Finite | None]]


class _Tap(_Part):
    name: _TapName
    kind: Annotated[str, Field(pattern=r"^[a-z]{1,20}$")]
    position: _Count


class _KnownFacts(_Part):
    parameters: _Count | None = None
    multiply_adds: _Count | None = None
    device: Annotated[str, Field(pattern=r"^[a-z]{1,10}$")] | None = None
    device_name: _Text | None = None
    threads: Annotated[int, Field(ge=1, le=1024)] | None = None
    torch: Annotated[str, Field(pattern=r"^[0-9A-Za-z.+_-]{1,40}$")] | None = None
    init_digest: _Digest | None = None
    batch_digest: _Digest | None = None
    batch_digests: Annotated[
        dict[Annotated[str, Field(pattern=r"^\d{1,7}$")], _Digest], Field(max_length=100)
    ] = {}
    taps: Annotated[list[_Tap], Field(max_length=5_000)] = []
    train_loss: _Finite | None = None
    train_accuracy: _Finite | None = None
    test_loss: _Finite | None = None
    test_accuracy: _Finite | None = None
    test_loss_running: _Finite | None = None
    test_accuracy_running: _Finite | None = None
    test_statistics: NormStatistics | None = None
    wall_s: _Finite | None = None
    training_s: _Finite | None = None
    samples_per_s: _Finite | None = None
    step_mode: StepMode | None = None
    step_mode_error: _Text | None = None
    peak_memory_bytes: _Count | None = None


class _Failure(_Part):
    text: Annotated[str, Field(max_length=1_000)]


class _About(_Part):
    schema_: Annotated[int, Field(alias="schema", ge=1)] = 1
    spec: dict[str, Any]
    state: Annotated[str, Field(max_length=20)]
    step: _Step
    name: Annotated[str, Field(max_length=LONGEST["name"])] = ""
    notes: Annotated[str, Field(max_length=LONGEST["notes"])] = ""
    tags: Annotated[list[str], Field(max_length=MOST_TAGS)] = []
    started_at: _Time | None = None
    ended_at: _Time | None = None
    facts: _KnownFacts = _KnownFacts()
    failure: _Failure | None = None


class _Run(_Part):
    run: _About
    series: Annotated[dict[_Metric, _Curve], Field(max_length=50)]
    profiles: Annotated[dict[_Metric, _Table], Field(max_length=50)]

    @property
    def points(self) -> int:
        curves = sum(len(curve.value) for curve in self.series.values())
        return curves + sum(len(row) for table in self.profiles.values() for row in table.value)


class _Runs(_Part):
    runs: Annotated[list[_Run], Field(min_length=1, max_length=MAX_RUNS)]


# Many runs are an object with a list of them (see `formats`); a page of a race or sweep puts its name first.
_MANY = re.compile(rb'\s*\{\s*(?:"(?:race|sweep)"\s*:\s*"\w{1,40}"\s*,\s*)?"runs"')


def _parsed(content: bytes) -> Sequence[_Run]:
    if _MANY.match(content):
        return _Runs.model_validate_json(content).runs
    return [_Run.model_validate_json(content)]


def _imported(run: _Run) -> ImportedRun:
    about = run.run
    if about.schema_ > SCHEMA:
        raise InvalidSetting(
            "import_newer", N_("The file was exported by a newer version of this app; update the app.")
        )
    spec = RunSpec.checked(**about.spec)
    check_data(spec)
    if about.step > spec.train.steps:
        raise _broken("step")
    facts = about.facts.model_dump(mode="json", exclude_unset=True)
    if facts.get("test_accuracy") is not None and facts.get("test_statistics") is None:  # an old export
        old = NormStatistics.RUNNING if spec.network.norm == "batch" else NormStatistics.AS_TRAINED
        facts["test_statistics"] = old.value
    events: list[Event] = [Facts(facts)]
    for name, curve in run.series.items():
        _require(len(curve.step) == len(curve.value), name)
        _require(not curve.step or curve.step[-1] <= spec.train.steps, name)
        events.append(Series(name, np.array(curve.step, np.int64), np.array(curve.value, np.float64)))
    for name, table in run.profiles.items():
        _require(len(table.step) == len(table.value), name)
        _require(not table.step or table.step[-1] <= spec.train.steps, name)
        _require(len(set(table.tap)) == len(table.tap), name)
        _require(all(len(row) == len(table.tap) for row in table.value), name)
        value = np.array(table.value, np.float64).reshape(len(table.step), len(table.tap))
        with np.errstate(over="ignore"):
            single = value.astype(np.float32)
        events.append(Profile(name, tuple(table.tap), np.array(table.step, np.int64), single))
    labels = Labels(name=about.name, notes=about.notes, tags=about.tags)
    labels.columns(0.0)  # refused here, not half-way through recording
    return ImportedRun(spec, about.step, _end(about), events, labels, about.started_at, about.ended_at)


def _end(about: _About) -> StateChanged:
    states: dict[str, RunState] = {state.value: state for state in RunState}
    _require(about.state in states, "state")
    state = states[about.state]
    failure = None
    if about.failure is not None:
        # Its words become a value, never a template: a template of strangers could ask for anything.
        failure = Failure("imported", N_("As imported: {text}"), {"text": about.failure.text})
    return StateChanged(state if state.is_finished() else RunState.STOPPED, failure)


def _is_report(content: bytes) -> bool:
    """Whether this is what the command line and the Depth page say of a race or a sweep as a whole."""
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError:
        return False
    return isinstance(found, dict) and "verdict" in found and ("race" in found or "sweep" in found)


def _require(holds: bool, where: str) -> None:
    if not holds:
        raise _broken(where)


def _broken(where: str) -> InvalidSetting:
    return InvalidSetting(
        "import_broken", N_("The exported run contradicts itself at {where}; export it again."), where=where
    )


def _refusal(error: ValidationError, content: bytes) -> InvalidSetting:
    if _is_report(content):
        return InvalidSetting(
            "import_a_report",
            N_(
                "This file holds a table and a verdict, not the runs themselves. Export the runs on Runs as "
                "JSON, or take “Everything recorded as JSON”."
            ),
        )
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    if not first["loc"]:
        return InvalidSetting("import_not_json", N_("This file is not a run exported by this app as JSON."))
    where = ".".join(str(part)[:40] for part in first["loc"])[:120]
    if first["type"] == "missing" and len(first["loc"]) == 1:
        return InvalidSetting(
            "import_not_a_run", N_("This JSON is not an exported run: it has no {where}."), where=where
        )
    return _broken(where)
