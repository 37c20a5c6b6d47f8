"""``sweep``: how final errors change with depth, with and without shortcuts."""

import time
from typing import Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table

from resnet_viz.cli.console import put_json, say, show
from resnet_viz.cli.following import follow_experiment
from resnet_viz.cli.options import FieldsOption, asked_for, options_of
from resnet_viz.cli.signals import ended_by_signals
from resnet_viz.cli.store import history
from resnet_viz.events import BROKEN, STATE_NAMES
from resnet_viz.experiments.estimates import Estimate
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.experiments.kinds import SWEEP
from resnet_viz.findings.cost_words import cost_sentences
from resnet_viz.jobs.calibrate import estimate_sweep
from resnet_viz.jobs.experiments import FilledCell, planned_cells, recorded_cells, spec_of, start_experiment
from resnet_viz.jobs.outcome import outcome
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.store import COMMAND_LINE, Store
from resnet_viz.wording import count, duration, number, percent

_STATES = {**STATE_NAMES, "planned": N_("planned")}


@options_of(SWEEP)
def sweep(
    preset: Annotated[str, typer.Option(help="quick, classroom or full.")] = SWEEP.default,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Estimate time and memory; train nothing.")
    ] = False,
    fields: FieldsOption = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
    **given: Any,
) -> int:
    """Train networks of many depths and report how their errors change with depth.

    Ctrl-C, SIGTERM and closing the terminal stop them with a checkpoint; `resume` continues them.
    While the disk is full or the history is locked, the command waits.
    """
    spec = asked_for(SWEEP, preset, given, fields or ())
    with ended_by_signals(), history() as store:
        expected = estimate_sweep(store, spec, cold=True)
        _announce(spec, expected)
        if dry_run:
            report = _report(store, None, spec, planned_cells(store, spec), expected, None)
        else:
            report = _train(store, spec, expected)
    if json:
        put_json(report)
    else:
        _show(report)
    return 1 if any(cell["state"] in BROKEN for cell in report["cells"]) else 0


def _train(store: Store, spec: Experiment, expected: Estimate) -> dict[str, Any]:
    begun = time.monotonic()
    group = start_experiment(store, SWEEP, spec, COMMAND_LINE)
    cells = follow_experiment(store, group)
    wall_s = time.monotonic() - begun
    if expected.runs:
        sentence = _(
            "The sweep took {time}; the estimate was {expected} ({difference}% compared with the time taken)."
        )
        difference = f"{100 * (expected.wall_s / wall_s - 1):+.0f}"
        say(sentence.format(time=duration(wall_s), expected=duration(expected.wall_s), difference=difference))
    return _report(store, group.id, spec_of(group), cells, expected, wall_s)


def _report(
    store: Store,
    sweep_id: str | None,
    spec: Experiment,
    cells: list[FilledCell],
    expected: Estimate,
    wall_s: float | None,
) -> dict[str, Any]:
    histories = recorded_cells(store, cells)
    return outcome(SWEEP, sweep_id, spec, cells, histories) | {
        "estimate_s": expected.wall_s,
        "wall_s": wall_s,
    }


def _announce(spec: Experiment, expected: Estimate) -> None:
    for sentence in cost_sentences(spec):
        say(str(sentence))
    total = len(spec.cells())
    if not expected.runs:
        say(_("Nothing to train: the results of all {count} runs exist already.").format(count=total))
        return
    text = _(
        "{runs} of {count} runs to train: about {time}, {memory} GiB of memory, {steps} steps, "
        "{multiply_adds} multiply-adds."
    )
    say(
        text.format(
            runs=expected.runs,
            count=total,
            time=duration(expected.wall_s),
            memory=f"{expected.memory_bytes / 2**30:.1f}",
            steps=count(expected.steps),
            multiply_adds=number(float(expected.multiply_adds)),
        )
    )


def _show(report: dict[str, Any]) -> None:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for heading in (_("network"), _("depth"), _("seed"), _("run"), _("state")):
        table.add_column(heading, no_wrap=True)
    for heading in (_("loss"), _("training error"), _("test error")):
        table.add_column(heading, justify="right")  # headings wrap on 80 columns, numbers have no spaces
    table.add_column(_("time"), justify="right", no_wrap=True)
    for cell in report["cells"]:
        table.add_row(
            cell["family"],
            str(cell["depth"]),
            str(cell["seed"]),
            cell["run"] or "–",
            _("reused") if cell["reused"] else _(_STATES[cell["state"]]),
            number(cell["train_loss"]),
            percent(cell["train_error"]),
            percent(cell["test_error"]),
            "–" if cell["wall_s"] is None else duration(cell["wall_s"]),
        )
    show(table)
    show(report["verdict"]["headline"])
    show(report["verdict"]["text"])
