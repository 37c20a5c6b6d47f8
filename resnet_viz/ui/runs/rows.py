"""What the table of runs shows of a run, trained here, imported or bundled."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

from resnet_viz.data.catalogue import DATASETS
from resnet_viz.errors import InvalidSetting, NotFound
from resnet_viz.experiments.kinds import KINDS
from resnet_viz.experiments.recordings import (
    RecordedRun,
    Recording,
    read_recording,
    recording_names,
)
from resnet_viz.jobs.forks import FORK
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.store import RunQuery, RunSummary
from resnet_viz.ui import labels
from resnet_viz.ui.moments import moment
from resnet_viz.ui.runs.table import Column, Row
from resnet_viz.wording import data_size, duration, number, percent, with_commas

BUNDLED: Final = "bundled:"
"""Identifiers of recorded runs begin so; none of the history does."""

IMPORT: Final = "import"

_WITHOUT_KIND: Final[Mapping[str, str]] = {
    "single": N_("Single run"),
    IMPORT: N_("Import"),
    FORK: N_("Fork"),
}


def columns() -> list[Column]:
    """The headings, in the reader's language."""
    return [
        Column(_("Network"), "depth", place="title"),
        Column(_("Name"), "name"),
        Column(_("Seed"), number=True, place="note"),
        Column(_("Test accuracy"), "test_accuracy", number=True, place="figure"),
        Column(_("Started"), "created", place="time"),
        Column(_("State"), "state", place="state"),
        Column(_("Data set"), "dataset"),
        Column(_("Steps"), number=True),
        Column(_("Training loss"), "train_loss", number=True),
        Column(_("Time"), "wall_s", number=True),
        Column(_("Device")),
        Column(_("Weights"), "weights", number=True),
        Column(_("Tags")),
        Column(_("Notes")),
        Column(_("Group of runs")),
        Column(_("Run")),
    ]


def row_of(run: RunSummary, when: Callable[[float], str] = moment) -> Row:
    """One line for a run of the history; ``when`` tells the exact time."""
    origin = f"{_('imported')} · " if run.origin == "imported" else ""
    cells = (
        ("★ " if run.pinned else "") + _network(run.role, run.depth),
        run.name,
        str(run.seed),
        labels.accuracy(run.test_accuracy, run.test_statistics),
        when(run.created_at),
        labels.label(labels.STATES, run.state),
        data_set(run.dataset),
        f"{run.step:,}" if run.step == run.total_steps else f"{run.step:,} / {run.total_steps:,}",
        number(run.train_loss),
        "–" if run.wall_s is None else duration(run.wall_s),
        labels.device(run.device),
        data_size(run.weights_bytes),
        with_commas(run.tags),
        " ".join(run.notes.split())[:200],
        origin + (run.group_name or f"{kind_name(run.group_kind)} {run.group_id[:4]}"),
        run.id,
    )
    name = run_name(run.role, run.depth, run.seed)
    return Row(run.id, name, run.role, run.state, cells, at=run.created_at)


def run_name(role: str, depth: int, seed: int) -> str:
    """A run as people know it."""
    return _("{network}, seed {seed}").format(network=_network(role, depth), seed=seed)


def _network(role: str, depth: int) -> str:
    return f"{labels.label(labels.ROLES, role)}-{depth}"


@cache
def recordings() -> tuple[Recording, ...]:
    """The bundled races and sweeps that can be read."""
    found: list[Recording] = []
    for kind in KINDS.values():
        for name in recording_names(kind):
            try:
                found.append(read_recording(kind, name))
            except (InvalidSetting, NotFound):
                continue  # Home and Depth say what is wrong with it
    return tuple(found)


def bundled_id(recording: Recording, run: RecordedRun | None = None) -> str:
    """What a recording, or a run of it, is called in the tables."""
    name = f"{BUNDLED}{recording.kind.name}-{recording.name}"
    return name if run is None else f"{name}:{run.id}"


def recorded_run(run_id: str) -> RecordedRun:
    """The bundled run called ``run_id``; raises `NotFound`."""
    for recording in recordings():
        for run in recording.runs:
            if run_id == bundled_id(recording, run):
                return run
    raise NotFound("not_found", N_("There is no run or group with the ID {id}."), id=run_id[:60])


def bundled_rows(query: RunQuery) -> list[Row]:
    """The bundled runs that fit ``query``; pins, groups and owners they have none."""
    if query.pinned or query.group or query.origin or query.owner:
        return []
    return [
        _bundled(recording, run)
        for recording in recordings()
        for run in recording.runs
        if fits(recording, run, query)
    ]


def _bundled(recording: Recording, run: RecordedRun) -> Row:
    facts, network, seed = run.history.facts, run.spec.network, run.history.seed
    cells = (
        _network(network.role, network.depth),
        "",
        str(seed),
        percent(facts.get("test_accuracy")),
        _("bundled"),
        labels.label(labels.STATES, run.history.state),
        data_set(run.spec.data.dataset),
        f"{run.spec.train.steps:,}",
        number(facts.get("train_loss")),
        duration(facts["wall_s"]) if "wall_s" in facts else "–",
        labels.device(facts.get("device")),
        "–",
        "",
        recording.origin.command,
        with_commas((_("Bundled recording"), recording.origin.day)),
        run.id,
    )
    return Row(
        bundled_id(recording, run),
        with_commas((run_name(network.role, network.depth, seed), _("Bundled recording"))),
        network.role,
        run.history.state,
        cells,
    )


def fits(recording: Recording, run: RecordedRun, query: RunQuery) -> bool:
    """Whether the recorded run is what ``query`` asks for, as far as it asks for what such a run has."""
    network = run.spec.network
    words = " ".join(
        (
            run.id,
            f"{network.role}-{network.depth}",
            run.spec.data.dataset,
            run.history.state,
            recording.kind.name,
            recording.name,
            "bundled recording",
            _("Bundled recording"),
        )
    ).lower()
    return (
        all(word in words for word in query.text.lower().split())
        and (query.states is None or run.history.state in query.states)
        and (query.roles is None or network.role in query.roles)
        and (query.datasets is None or run.spec.data.dataset in query.datasets)
    )


def data_set(dataset: str) -> str:
    """What the data set is called."""
    return _(DATASETS[dataset].title) if dataset in DATASETS else dataset


def kind_name(kind: str) -> str:
    """What a group of this kind is called."""
    title = KINDS[kind].title if kind in KINDS else _WITHOUT_KIND.get(kind)
    return kind if title is None else _(title)
