"""What the table of groups shows of a race, a sweep, a single run, an import or a bundled recording."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from statistics import fmean
from typing import Final, NamedTuple

from resnet_viz.errors import InvalidSetting
from resnet_viz.events import RunState
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.experiments.forks import fork_words
from resnet_viz.experiments.kinds import KINDS
from resnet_viz.experiments.recordings import Recording
from resnet_viz.jobs.experiments import cells_of
from resnet_viz.jobs.forks import FORK
from resnet_viz.locale import gettext as _
from resnet_viz.networks.families import ROLES
from resnet_viz.specs import RunSpec
from resnet_viz.store import GroupRecord, GroupSummary, RunQuery
from resnet_viz.ui import labels, server
from resnet_viz.ui.moments import moment
from resnet_viz.ui.runs.rows import IMPORT, bundled_id, data_set, fits, kind_name, recordings
from resnet_viz.ui.runs.table import Column, Row
from resnet_viz.wording import data_size, duration, percent, with_commas

_MOST_CELLS: Final = 200
"""Of larger sweeps the table does not look for the cells that others trained."""

# The first of these that a run of the group is in colours the group.
_TELLING: Final = (
    RunState.RUNNING,
    RunState.PAUSED,
    RunState.QUEUED,
    RunState.FAILED,
    RunState.LOST,
    RunState.DIVERGED,
    RunState.STOPPED,
    RunState.FINISHED,
)


class Outcome(NamedTuple):
    """How one network ended: what a group's result in short is made of."""

    role: str
    depth: int
    accuracy: float | None


def columns() -> list[Column]:
    """The headings, in the reader's language."""
    return [
        Column(_("Group of runs"), "kind", place="title"),
        Column(_("Name"), "name"),
        Column(_("Test accuracy"), place="figure"),
        Column(_("Started"), "created", place="time"),
        Column(_("State"), place="state"),
        Column(_("Runs"), "runs", number=True),
        Column(_("Data set")),
        Column(_("Time"), "wall_s", number=True),
        Column(_("Weights"), "weights", number=True),
        Column(_("Notes")),
        Column(_("ID")),
    ]


def row_of(group: GroupSummary, when: Callable[[float], str] = moment) -> Row:
    """One line for a group of the history; ``when`` tells the exact time."""
    states, runs, result = group.states, f"{group.runs}", _by_role(group.accuracies)
    spec = read_spec(group.kind, group.spec_json)
    if isinstance(spec, Experiment) and KINDS[group.kind].reuses and _cell_count(spec) <= _MOST_CELLS:
        record = GroupRecord(
            group.id, group.kind, group.owner, group.name, group.spec_json, group.created_at, ()
        )
        cells = cells_of(server.store(), record)
        known = [place.run for place in cells if place.run is not None]
        states = Counter(run.state for run in known)
        finished = [run for run in known if run.state is RunState.FINISHED]
        runs = f"{len(finished)} / {len(cells)}"
        result = in_short(
            Outcome(run.role, run.spec.network.depth, run.facts.get("test_accuracy")) for run in finished
        )
    if group.old_tests:
        result += "*"
    datasets = sorted({name for name in (group.first_dataset, group.last_dataset) if name})
    if not datasets and spec is not None:
        run = spec if isinstance(spec, RunSpec) else spec.run
        datasets = [run.data.dataset]
    is_import = group.kind == IMPORT
    title = name_of(group) if is_import else title_of(group.kind, spec)
    if group.runs and group.imported == group.runs and not is_import:
        title += f" · {_('imported')}"
    cells_ = (
        ("★ " if group.pinned else "") + title,
        "" if is_import else group.name,
        result,
        when(group.created_at),
        _states(states),
        runs,
        with_commas(map(data_set, datasets)),
        "–" if group.wall_s is None else duration(group.wall_s),
        data_size(group.weights_bytes),
        " ".join(group.notes.split())[:200],
        group.id,
    )
    return Row(group.id, with_commas((title, group.id)), "", _telling(states), cells_, at=group.created_at)


def bundled_rows(query: RunQuery) -> list[Row]:
    """The recordings with a run that fits ``query``; pins, groups and owners they have none."""
    if query.pinned or query.group or query.origin or query.owner:
        return []
    return [
        _bundled(recording)
        for recording in recordings()
        if any(fits(recording, run, query) for run in recording.runs)
    ]


def read_spec(kind: str, spec_json: str) -> Experiment | RunSpec | None:
    """What the group was asked to be; None for other kinds and for what another version recorded."""
    try:
        if kind in KINDS:
            return Experiment.from_json(spec_json)
        if kind in ("single", FORK):
            return RunSpec.from_json(spec_json)
    except InvalidSetting:
        return None
    return None


def name_of(group: GroupRecord | GroupSummary) -> str:
    """What the group is called: its own name, of an import the file's, else what it is in a few words."""
    if not group.name:
        return title_of(group.kind, read_spec(group.kind, group.spec_json))
    return f"{group.name} · {_('imported')}" if group.kind == IMPORT else group.name


def title_of(kind: str, spec: Experiment | RunSpec | None) -> str:
    """What the group is, in a few words."""
    if isinstance(spec, Experiment):
        return f"{kind_name(kind)} · {KINDS[kind].title_of(spec)}"
    if isinstance(spec, RunSpec):
        network = spec.network
        title = f"{kind_name(kind)} · {labels.label(labels.ROLES, network.role)}-{network.depth}"
        return title if spec.fork is None else f"{title} · {fork_words(spec.fork)}"
    return kind_name(kind)


def in_short(outcomes: Iterable[Outcome]) -> str:
    """Mean accuracies by role at the greatest depth that all roles have, else at the greatest."""
    depths: dict[str, dict[int, list[float]]] = {}
    seen: set[int] = set()
    for role, depth, accuracy in outcomes:
        seen.add(depth)
        if accuracy is not None:
            depths.setdefault(role, {}).setdefault(depth, []).append(accuracy)
    if not depths:
        return "–"
    common = set.intersection(*map(set, depths.values())) or set.union(*map(set, depths.values()))
    deepest = max(common)
    found = _by_role({role: fmean(of[deepest]) for role, of in depths.items() if deepest in of})
    return _("{result} at depth {depth}").format(result=found, depth=deepest) if len(seen) > 1 else found


def _cell_count(spec: Experiment) -> int:
    return sum(len(spec.depths_of(name)) for name in spec.families) * spec.seeds


def _by_role(accuracies: Mapping[str, float]) -> str:
    """``Plain 26.1%, Residual 75.6%``."""
    said = (
        f"{labels.label(labels.ROLES, role)} {percent(accuracies[role])}"
        for role in ROLES
        if role in accuracies
    )
    return with_commas(said) or "–"


def _states(states: Mapping[RunState, int]) -> str:
    ordered = sorted(states, key=_TELLING.index)
    if len(ordered) == 1:
        return labels.label(labels.STATES, ordered[0])
    return with_commas(f"{labels.label(labels.STATES, state)} {states[state]}" for state in ordered) or "–"


def _telling(states: Mapping[RunState, int]) -> str:
    return next((state.value for state in _TELLING if state in states), "")


def _bundled(recording: Recording) -> Row:
    spec, histories = recording.spec, recording.histories
    states = Counter(history.state for history in histories)
    title = title_of(recording.kind.name, spec)
    times = [history.facts["wall_s"] for history in histories if "wall_s" in history.facts]
    cells = (
        title,
        "",
        in_short(
            Outcome(run.spec.network.role, run.spec.network.depth, run.history.facts.get("test_accuracy"))
            for run in recording.runs
        ),
        _("bundled"),
        _states(states),
        str(len(histories))
        if not recording.kind.reuses
        else f"{states[RunState.FINISHED]} / {len(histories)}",
        data_set(spec.run.data.dataset),
        duration(sum(times)) if times else "–",
        "–",
        recording.origin.command,
        with_commas((_("Bundled recording"), recording.origin.day)),
    )
    return Row(
        bundled_id(recording), with_commas((title, _("Bundled recording"))), "", _telling(states), cells
    )
