"""Runs as one HTML page that opens anywhere, without internet and without this app.

Everything is in the file: plotly.js from the installed package, the charts'
numbers, the words in the language in force. A content security policy keeps
the page from asking the network for anything.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from importlib.resources import files
from string import Template
from typing import Any

import orjson

from resnet_viz import __version__
from resnet_viz.events import STATE_NAMES
from resnet_viz.exports.report_figures import report_figures
from resnet_viz.exports.sweeps import ReportedSweep, report_sweep
from resnet_viz.figures import seed_gaps
from resnet_viz.figures.figure import Figure
from resnet_viz.findings.fairness import fairness_card, label_and_value
from resnet_viz.findings.race_numbers import RaceFinding
from resnet_viz.findings.seed_table import seed_table
from resnet_viz.findings.verdict import Verdict, race_verdict
from resnet_viz.jobs.experiments import cells_of, recorded_cells, spec_of
from resnet_viz.locale import current_language
from resnet_viz.locale import gettext as _
from resnet_viz.store import GroupRecord, RunReader, RunRecord, Store
from resnet_viz.wording import count, number, percent, running_text, with_commas

_OF_CELLS = frozenset({"depth", "shortcut"})
"""Settings of a sweep's networks that its cells have of their own."""


def report_html(store: Store, run_ids: Sequence[str]) -> str:
    """The page about these runs, in the language in force; raises `NotFound`.

    Runs of one race are shown in the same charts, with the race's verdict and
    fairness card, and several cells of one sweep as that sweep: its verdict,
    its errors over depth, all its cells. Every other run has charts of its own.
    """
    runs = [store.run(run_id) for run_id in run_ids]
    groups = {run.group_id: store.group(run.group_id) for run in runs}
    figures: list[Figure] = []
    sections = []
    in_sweeps: set[str] = set()
    for group in groups.values():
        if group.kind == "sweep" and sum(run.group_id == group.id for run in runs) > 1:
            sweep = report_sweep(store, group)
            sections.append(_sweep_section(group, sweep, first_chart=len(figures)))
            figures += sweep.figures
            in_sweeps |= {cell.run.id for cell in sweep.cells if cell.run}
    for race, members in _sections(groups, [run for run in runs if run.id not in in_sweeps]):
        histories = [RunReader(store, run.id).history() for run in members]
        said = None if race is None else _race_verdict(store, race)
        gaps = None if said is None else seed_gaps.figure(said.found)
        shown = [*([gaps] if gaps else []), *report_figures(histories)]
        sections.append(_section(race, said, members, shown, first_chart=len(figures)))
        figures += shown
    packed = "[" + ",".join(figure.json for figure in figures) + "]"
    template = Template((files(__package__) / "report.html").read_text(encoding="utf-8"))
    return template.substitute(
        language={"zh": "zh-CN"}.get(current_language(), current_language()),
        title=escape(_title(runs, list(groups.values()), sections)),
        made=escape(
            _("Made with ResNet Viz {version} on {date}. Every number was measured.").format(
                version=__version__, date=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
            )
        ),
        sections="\n".join(sections),
        plotly=(files("plotly") / "package_data" / "plotly.min.js").read_text(encoding="utf-8"),
        charts=packed.replace("<", "\\u003c"),
        settings=orjson.dumps({"displaylogo": False, "responsive": True}).decode(),
    )


def _title(runs: Sequence[RunRecord], groups: Sequence[GroupRecord], sections: Sequence[str]) -> str:
    if len(runs) == 1:
        return runs[0].name or _name(runs[0])
    if len(sections) == 1 and len(groups) == 1 and groups[0].name:
        return groups[0].name
    return _("Report on {count} runs").format(count=len(runs))


def _name(run: RunRecord) -> str:
    return f"{run.role}-{run.spec.network.depth}, {run.spec.data.dataset}, seed {run.seed}"


def _sections(
    groups: Mapping[str, GroupRecord], runs: Sequence[RunRecord]
) -> Iterator[tuple[GroupRecord | None, list[RunRecord]]]:
    shown = set()
    for run in runs:
        group = groups[run.group_id]
        if group.kind != "race":
            yield None, [run]
        elif group.id not in shown:
            shown.add(group.id)
            yield group, [member for member in runs if member.group_id == group.id]


def _section(
    group: GroupRecord | None,
    said: Verdict[RaceFinding] | None,
    runs: Sequence[RunRecord],
    figures: Sequence[Figure],
    first_chart: int,
) -> str:
    heading = (group.name or _("Race")) if group is not None else (runs[0].name or _name(runs[0]))
    parts = [f"<section><h2>{escape(heading)}</h2>"]
    if said is not None:
        parts += _judged(said)
    parts.append(_table(_facts(runs)))
    parts += _figures(figures, first_chart)
    parts.append(f"<h3>{escape(_('Settings'))}</h3>{_table(_settings(runs))}</section>")
    return "\n".join(parts)


def _sweep_section(group: GroupRecord, sweep: ReportedSweep, first_chart: int) -> str:
    parts = [
        f"<section><h2>{escape(group.name or _('Depth sweep'))}</h2>",
        _verdict(sweep.verdict),
        *_figures(sweep.figures, first_chart),
        f"<h3>{escape(_('Results'))}</h3>{_table(sweep.rows)}",
        f"<h3>{escape(_('Settings'))}</h3>{_table(_sweep_settings(sweep))}</section>",
    ]
    return "\n".join(parts)


def _verdict(said: Verdict[Any]) -> str:
    lines = "".join(f"<li>{escape(str(sentence))}</li>" for sentence in said.sentences)
    notes = running_text(said.notes)
    return (
        f'<div class="verdict"><h3>{escape(str(said.headline))}</h3><ul>{lines}</ul>'
        f'<p class="how">{escape(notes)}</p></div>'
    )


def _figures(figures: Sequence[Figure], first_chart: int) -> Iterator[str]:
    for position, figure in enumerate(figures, start=first_chart):
        yield (
            f'<figure><h3>{escape(figure.title)}</h3><p class="how">{escape(figure.explained)}</p>'
            f'<div class="chart" id="chart-{position}" role="img" aria-label="{escape(figure.words)}"></div>'
            f"<figcaption>{escape(figure.words)}</figcaption></figure>"
        )


def _race_verdict(store: Store, group: GroupRecord) -> Verdict[RaceFinding]:
    """On all runs of the race, also those that are not shown."""
    return race_verdict(spec_of(group), recorded_cells(store, cells_of(store, group)))


def _judged(said: Verdict[RaceFinding]) -> Iterator[str]:
    """The verdict, the values of its seeds and the fairness cards."""
    yield _verdict(said)
    rows = seed_table(said.found)
    if len(rows) > 2:
        yield _table(rows)
    specs = {(cell.family, cell.seed): cell.run for cell in said.found.spec.cells()}
    for pair in said.found.pairs:
        card = fairness_card(*pair.runs, specs["plain", pair.seed], specs["residual", pair.seed])
        yield f"<p>{escape(_('Seed {seed}:').format(seed=pair.seed))} {escape(str(card.summary))}</p>"
        rows = [["", _("Plain"), _("Residual"), ""]]
        rows += [[_(row.label), row.plain, row.residual, str(row.explanation)] for row in card.rows]
        yield _table(rows)


def _facts(runs: Sequence[RunRecord]) -> list[list[str]]:
    rows = [
        ["", *(f"{run.role}-{run.spec.network.depth} · {run.seed}" for run in runs)],
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


def _settings(runs: Sequence[RunRecord]) -> list[list[str]]:
    dumped = [run.spec.model_dump(mode="json") for run in runs]
    rows = [["", *(f"{run.role}-{run.spec.network.depth} · {run.seed}" for run in runs)]]
    for part, values in dumped[0].items():
        rows += [_setting(f"{part}.{name}", *(spec[part][name] for spec in dumped)) for name in values]
    return rows


def _setting(name: str, *values: object) -> list[str]:
    """A row of the table in the reader's words."""
    named = [label_and_value(name, str(value)) for value in values]
    return [named[0][0], *(value for _label, value in named)]


def _sweep_settings(sweep: ReportedSweep) -> list[list[str]]:
    """The recipe, one column; what differs between cells stands in front."""
    spec = sweep.spec
    rows = [["", _("Value")]]
    rows += [
        [_("Network types"), with_commas(spec.families)],
        [_("Depths"), with_commas(map(str, spec.depths))],
        [_("Number of seeds"), str(spec.seeds)],
    ]
    for part, values in spec.run.model_dump(mode="json").items():
        rows += [_setting(f"{part}.{name}", value) for name, value in values.items() if name not in _OF_CELLS]
    first = next((place.run.facts for place in sweep.cells if place.run and place.run.facts), {})
    rows.append([_("Device"), str(first.get("device_name") or first.get("device") or "–")])
    rows.append(["PyTorch", str(first.get("torch") or "–")])
    return rows


def _table(rows: Sequence[Sequence[str]]) -> str:
    head, *body = [[escape(cell) for cell in row] for row in rows]
    columns = "".join(f"<th scope='col'>{cell}</th>" for cell in head)
    lines = (
        f"<tr><th scope='row'>{first}</th>{''.join(f'<td>{cell}</td>' for cell in rest)}</tr>"
        for first, *rest in body
    )
    return f'<div class="wide"><table><tr>{columns}</tr>{"".join(lines)}</table></div>'
