"""``race``: networks side by side, usually a residual one and its plain twin."""

from typing import Annotated, Any

import typer

from resnet_viz.cli.console import put_json, say, show
from resnet_viz.cli.following import follow_experiment
from resnet_viz.cli.options import FieldsOption, asked_for, options_of
from resnet_viz.cli.signals import ended_by_signals
from resnet_viz.cli.store import history
from resnet_viz.events import BROKEN
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.experiments.kinds import RACE
from resnet_viz.findings.cost_words import chosen_widths, cost_sentences
from resnet_viz.findings.fairness import fairness_cards, race_is_fair
from resnet_viz.findings.verdict import race_verdict
from resnet_viz.jobs.experiments import FilledCell, recorded_cells, start_experiment
from resnet_viz.store import COMMAND_LINE, GroupRecord, Store

_FACTS = (
    "parameters",
    "train_loss",
    "test_accuracy",
    "wall_s",
    "samples_per_s",
    "batch_digest",
    "init_digest",
)


@options_of(RACE)
def race(
    preset: Annotated[
        str,
        typer.Option(
            help="degradation, vanishing, shallow, warm-up, equal-cost, shortcuts, paper-56, paper-110 "
            "or custom."
        ),
    ] = RACE.default,
    fields: FieldsOption = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
    **given: Any,
) -> int:
    """Train a plain and a residual network, or other network types, side by side and report the verdict.

    Ctrl-C, SIGTERM and closing the terminal stop them with a checkpoint; `resume` continues them.
    While the disk is full or the history is locked, the command waits.
    """
    spec = asked_for(RACE, preset, given, fields or ())
    for sentence in cost_sentences(spec):
        say(str(sentence))
    with ended_by_signals(), history() as store:
        group = start_experiment(store, RACE, spec, COMMAND_LINE)
        cells = follow_experiment(store, group)
        report = _report(store, group, spec, cells)
    if json:
        put_json(report)
    else:
        show(report["verdict"]["headline"])
        show(report["verdict"]["text"])
    return 1 if any(place.state in BROKEN for place in cells) else 0


def _report(store: Store, group: GroupRecord, spec: Experiment, cells: list[FilledCell]) -> dict[str, Any]:
    recorded = recorded_cells(store, cells)
    cards = [card for _twins, _depth, card in fairness_cards(spec, recorded)]
    plain_first = sorted(cells, key=lambda place: (place.cell.seed, place.cell.run.network.role))
    return {
        "race": group.id,
        "runs": [
            {
                "id": run.id,
                "family": place.cell.family,
                "role": run.role,
                "seed": run.seed,
                "state": run.state.value,
                "steps": run.step,
            }
            | {fact: run.facts.get(fact) for fact in _FACTS}
            for place in plain_first
            if (run := place.run) is not None
        ],
        "fair": race_is_fair(cards),
        "verdict": race_verdict(spec, recorded).to_dict(),
    } | chosen_widths(spec)
