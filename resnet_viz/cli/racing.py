"""``race``: a residual network against its plain twin."""

from typing import Annotated, Any

import typer

from resnet_viz.cli.console import put_json, say, show
from resnet_viz.cli.following import follow
from resnet_viz.cli.history import OWNER, history
from resnet_viz.cli.options import asked_for, options_of
from resnet_viz.cli.signals import ended_by_signals
from resnet_viz.events import BROKEN
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.experiments.kinds import RACE
from resnet_viz.findings.fairness import fairness_card, race_is_fair
from resnet_viz.findings.verdict import race_verdict
from resnet_viz.jobs.experiments import cells_of, recorded_cells, start_experiment
from resnet_viz.locale import gettext as _
from resnet_viz.store import GroupRecord, RunReader, RunRecord, Store

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
    preset: Annotated[str, typer.Option(help="degradation, vanishing, shallow or custom.")] = RACE.default,
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
    **given: Any,
) -> int:
    """Train a plain and a residual network side by side and report the verdict.

    Ctrl-C, SIGTERM and closing the terminal stop both with a checkpoint; `resume` continues them.
    While the disk is full or the history is locked, the command waits.
    """
    spec = asked_for(RACE, preset, given).fitted()
    with ended_by_signals(), history() as store:
        group = start_experiment(store, RACE, spec, OWNER)
        try:
            runs = follow(store, group.run_ids)
        except KeyboardInterrupt:
            command = f"python -m resnet_viz resume {group.id}"
            say(_("Interrupted. Continue with: {command}").format(command=command))
            raise
        report = _report(store, group, spec, runs)
    if json:
        put_json(report)
    else:
        show(report["verdict"]["headline"])
        show(report["verdict"]["text"])
    for run in runs:
        if run.failure is not None:
            sentence = _("{network}, seed {seed}: {failure}")
            say(sentence.format(network=run.role, seed=run.seed, failure=run.failure))
    return 1 if any(run.state in BROKEN for run in runs) else 0


def _report(store: Store, group: GroupRecord, spec: Experiment, runs: list[RunRecord]) -> dict[str, Any]:
    histories = [RunReader(store, run.id).history() for run in runs]
    said = race_verdict(spec, recorded_cells(store, cells_of(store, group)))
    cards = [
        fairness_card(histories[i], histories[i + 1], runs[i].spec, runs[i + 1].spec)
        for i in range(0, len(runs), 2)  # plain, residual, for each seed
    ]
    return {
        "race": group.id,
        "runs": [
            {"id": run.id, "role": run.role, "seed": run.seed, "state": run.state.value, "steps": run.step}
            | {fact: run.facts.get(fact) for fact in _FACTS}
            for run in runs
        ],
        "fair": race_is_fair(cards),
        "verdict": said.to_dict(),
    }
