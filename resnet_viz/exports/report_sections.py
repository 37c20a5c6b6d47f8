"""What a report says: a section for each experiment, and one for each run that stands alone.

Texts are HTML in the reader's language; what people typed is escaped.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from resnet_viz.events import STATE_NAMES, RunState
from resnet_viz.experiments.experiment import CellHistory, Experiment
from resnet_viz.experiments.kinds import KINDS, RACE, SWEEP
from resnet_viz.exports.report_figures import depth_figures, race_figures
from resnet_viz.figures import seed_gaps
from resnet_viz.figures.families import family_name
from resnet_viz.figures.figure import Figure
from resnet_viz.findings.device_words import gpu_memory, step_mode
from resnet_viz.findings.endings import final_test_error, final_train_error
from resnet_viz.findings.fairness import fairness_cards, label_and_value
from resnet_viz.findings.seed_table import seed_table
from resnet_viz.findings.sizes import difference_sentence, network_sizes, size_rows
from resnet_viz.findings.verdict import Verdict, verdict
from resnet_viz.jobs.experiments import FilledCell, cells_of, recorded_cells, spec_of
from resnet_viz.locale import gettext as _
from resnet_viz.networks.families import with_depth
from resnet_viz.store import GroupRecord, RunReader, RunRecord, Store
from resnet_viz.wording import count, number, percent, running_text, with_commas

_OF_CELLS = frozenset({"depth", "shortcut"})
"""Settings of a sweep's networks that its cells have of their own."""


class Section(NamedTuple):
    """A part of the report: HTML, figures, and HTML again."""

    heading: str
    before: list[str]
    figures: list[Figure]
    after: list[str]


class _Experiment(NamedTuple):
    spec: Experiment
    cells: list[FilledCell]
    recorded: list[CellHistory]
    shown: list[RunRecord]
    """The runs that the report was asked for."""
    said: Verdict[Any]


def sections(store: Store, runs: Sequence[RunRecord]) -> Iterator[Section]:
    """Those of ``runs``: of a race all that were asked for, of several cells of a sweep the whole sweep.

    Raises:
        InvalidSetting: another version of this app recorded an experiment.
    """
    covered: set[str] = set()
    for group_id in dict.fromkeys(run.group_id for run in runs):
        group = store.group(group_id)
        members = [run for run in runs if run.group_id == group_id]
        if group.kind in KINDS and (len(members) > 1 or not KINDS[group.kind].reuses):
            experiment = _read(store, group, members)
            covered |= {run.id for run in members}
            covered |= {place.run.id for place in experiment.cells if place.run is not None}
            yield _section(group, experiment)
    for run in runs:
        if run.id not in covered:
            figures = race_figures([RunReader(store, run.id).history()])
            yield Section(
                run.name or run_name(run),
                [table(_facts([run], {}))],
                figures,
                [_headed(_("Settings"), _settings([run], {}))],
            )


def run_name(run: RunRecord) -> str:
    """What a run without a name is called."""
    return f"{run.role}-{run.spec.network.depth}, {run.spec.data.dataset}, seed {run.seed}"


def _read(store: Store, group: GroupRecord, members: list[RunRecord]) -> _Experiment:
    spec, cells = spec_of(group), cells_of(store, group)
    recorded = recorded_cells(store, cells)
    return _Experiment(spec, cells, recorded, members, verdict(KINDS[group.kind], spec, recorded))


def _section(group: GroupRecord, experiment: _Experiment) -> Section:
    """Verdict and fairness, on all runs, also those that were not asked for; then what its kind has."""
    kind = KINDS[group.kind]
    own = _OF_KIND[kind.name](experiment)
    before = [_verdict(experiment.said), *_fairness(experiment), *_sizes(experiment), *own.before]
    return Section(group.name or _(kind.title), before, own.figures, own.after)


def _race(experiment: _Experiment) -> Section:
    """The values of its seeds, and the charts of the runs that were asked for."""
    found, shown = experiment.said.found, experiment.shown
    ids = {run.id for run in shown}
    families = {place.run.id: place.cell.family for place in experiment.cells if place.run is not None}
    recorded = zip(families, experiment.recorded, strict=True)
    charts = race_figures([cell.history for run_id, cell in recorded if run_id in ids])
    gaps = [figure for twins in found.twins if (figure := seed_gaps.figure(twins))]
    seeds = [table(rows) for twins in found.twins if len(rows := seed_table(twins)) > 2]
    return Section(
        "",
        [*seeds, table(_facts(shown, families))],
        [*gaps, *charts],
        [_headed(_("Settings"), _settings(shown, families))],
    )


def _sweep(experiment: _Experiment) -> Section:
    """Errors over depth, and all cells."""
    spec, cells, recorded = experiment.spec, experiment.cells, experiment.recorded
    return Section(
        "",
        [],
        depth_figures(spec, recorded),
        [_headed(_("Results"), _rows(cells, recorded)), _headed(_("Settings"), _recipe(spec, cells))],
    )


_OF_KIND: Final[Mapping[str, Callable[[_Experiment], Section]]] = MappingProxyType(
    {RACE.name: _race, SWEEP.name: _sweep}
)


def _verdict(said: Verdict[Any]) -> str:
    lines = "".join(f"<li>{escape(str(sentence))}</li>" for sentence in said.sentences)
    notes = running_text(said.notes)
    return (
        f'<div class="verdict"><h3>{escape(str(said.headline))}</h3><ul>{lines}</ul>'
        f'<p class="how">{escape(notes)}</p></div>'
    )


def _fairness(experiment: _Experiment) -> Iterator[str]:
    """The card of every pair, folded away behind what it comes to."""
    several = len(experiment.spec.twins()) > 1
    for twins, depth, card in fairness_cards(experiment.spec, experiment.recorded):
        rows = [["", *map(family_name, twins), ""]]
        rows += [[_(row.label), row.plain, row.residual, str(row.explanation)] for row in card.rows]
        name = _("depth {depth}, seed {seed}").format(depth=depth, seed=card.seed)
        if several:
            name = _("{name}: {text}").format(name=" / ".join(map(family_name, twins)), text=name)
        summary = escape(_("{name}: {text}").format(name=name, text=card.summary))
        yield f"<details><summary>{summary}</summary>{table(rows)}</details>"


def _sizes(experiment: _Experiment) -> Iterator[str]:
    """In what networks differ that are no twins."""
    if sizes := network_sizes(experiment.spec, experiment.recorded):
        summary = escape(str(difference_sentence(sizes)))
        yield f"<details><summary>{summary}</summary>{table(size_rows(sizes))}</details>"


def _headings(runs: Sequence[RunRecord], families: Mapping[str, str]) -> list[str]:
    """One column a run; ``families`` has the network types of an experiment's runs."""
    networks = (with_depth(families.get(run.id, run.role), run.spec.network.depth) for run in runs)
    return ["", *(f"{network} · {run.seed}" for network, run in zip(networks, runs, strict=True))]


def _facts(runs: Sequence[RunRecord], families: Mapping[str, str]) -> list[list[str]]:
    rows = [
        _headings(runs, families),
        [_("Run"), *(run.id for run in runs)],
        [_("Name"), *(run.name for run in runs)],
        [_("State"), *(_state(run) for run in runs)],
        [_("Steps"), *(f"{count(run.step)} / {count(run.total_steps)}" for run in runs)],
        [_("Training loss"), *(number(run.facts.get("train_loss")) for run in runs)],
        [_("Test loss"), *(number(run.facts.get("test_loss")) for run in runs)],
        [_("Test accuracy"), *(percent(run.facts.get("test_accuracy")) for run in runs)],
        [_("Parameters"), *(_counted(run.facts.get("parameters")) for run in runs)],
        [_("Multiply-adds"), *(_counted(run.facts.get("multiply_adds")) for run in runs)],
        [_("Device"), *(str(run.facts.get("device_name") or run.facts.get("device") or "–") for run in runs)],
        [_("Steps on the GPU"), *(step_mode(run.facts) for run in runs)],
        [_("GPU memory, at most"), *(gpu_memory(run.facts) for run in runs)],
        [_("Seconds"), *(number(run.facts.get("wall_s")) for run in runs)],
        ["PyTorch", *(str(run.facts.get("torch") or "–") for run in runs)],
        [_("Initial weights"), *(str(run.facts.get("init_digest") or "–") for run in runs)],
        [_("Notes"), *(run.notes for run in runs)],
    ]
    return [row for row in rows if row[0] == "" or any(row[1:])]


def _state(run: RunRecord) -> str:
    state = _(STATE_NAMES[run.state])
    if run.origin == "imported":
        state += " · " + _("imported, not measured here")
    return state if run.failure is None else _("{name}: {text}").format(name=state, text=run.failure)


def _counted(value: object) -> str:
    return count(value) if isinstance(value, int) else "–"


def _settings(runs: Sequence[RunRecord], families: Mapping[str, str]) -> list[list[str]]:
    dumped = [run.spec.model_dump(mode="json") for run in runs]
    rows = [_headings(runs, families)]
    for part, values in dumped[0].items():
        rows += [_setting(f"{part}.{name}", *(spec[part][name] for spec in dumped)) for name in values]
    return rows


def _setting(name: str, *values: object) -> list[str]:
    """A row of the table in the reader's words."""
    named = [label_and_value(name, str(value)) for value in values]
    return [named[0][0], *(value for _label, value in named)]


def _recipe(spec: Experiment, cells: Sequence[FilledCell]) -> list[list[str]]:
    """The recipe, one column; what differs between cells stands in front."""
    rows = [["", _("Value")]]
    rows += [
        [_("Network types"), with_commas(spec.families)],
        [_("Depths"), with_commas(map(str, spec.depths))],
        [_("Number of seeds"), str(spec.seeds)],
    ]
    for part, values in spec.run.model_dump(mode="json").items():
        rows += [_setting(f"{part}.{name}", value) for name, value in values.items() if name not in _OF_CELLS]
    first = next((place.run.facts for place in cells if place.run and place.run.facts), {})
    rows.append([_("Device"), str(first.get("device_name") or first.get("device") or "–")])
    rows.append(["PyTorch", str(first.get("torch") or "–")])
    return rows


def _rows(cells: Sequence[FilledCell], histories: Sequence[CellHistory]) -> list[list[str]]:
    """A table with one row a cell, headings first."""
    rows = [
        [
            _("Network"),
            _("Seed"),
            _("Training loss"),
            _("Training error"),
            _("Test error"),
            _("Seconds"),
            _("Run"),
        ]
    ]
    trained = [(place.cell, place.run) for place in cells if place.run is not None]
    for (cell, run), found in zip(trained, histories, strict=True):
        finished = run.state is RunState.FINISHED
        history = found.history
        rows.append(
            [
                f"{family_name(cell.family)} {cell.depth}",
                str(cell.seed),
                number(run.facts.get("train_loss")) if finished else "–",
                percent(final_train_error(history)) if finished else "–",
                percent(final_test_error(history)) if finished else "–",
                number(run.facts.get("wall_s")),
                run.id,
            ]
        )
    return rows


def _headed(heading: str, rows: Sequence[Sequence[str]]) -> str:
    return f"<h3>{escape(heading)}</h3>{table(rows)}"


def table(rows: Sequence[Sequence[str]]) -> str:
    """``rows`` as a table, the first one being its headings."""
    head, *body = [[escape(cell) for cell in row] for row in rows]
    columns = "".join(f"<th scope='col'>{cell}</th>" for cell in head)
    lines = (
        f"<tr><th scope='row'>{first}</th>{''.join(f'<td>{cell}</td>' for cell in rest)}</tr>"
        for first, *rest in body
    )
    return f'<div class="wide"><table><tr>{columns}</tr>{"".join(lines)}</table></div>'
