"""``fork``: a run goes on from a kept step of another, with one difference."""

from typing import Annotated, Any, cast

import typer

from resnet_viz.cli.console import put_json, say, show
from resnet_viz.cli.following import follow_runs
from resnet_viz.cli.signals import ended_by_signals
from resnet_viz.cli.store import history, named
from resnet_viz.errors import InvalidSetting
from resnet_viz.events import BROKEN
from resnet_viz.findings.fork_words import fork_losses, fork_sentences, origin_sentences
from resnet_viz.jobs.forks import start_fork
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.specs import Fork, ForkChange
from resnet_viz.store import COMMAND_LINE, RunReader, RunRecord, Store
from resnet_viz.wording import running_text

_FACTS = ("train_loss", "test_accuracy", "batch_digest")


def fork(
    run: Annotated[str, typer.Argument(metavar="RUN", help="A run; the first characters are enough.")],
    at: Annotated[int, typer.Option(help="The step to continue from: one whose checkpoint was kept.")],
    change: Annotated[
        str,
        typer.Option(
            help="cut (all skip connections), connect (add them to a plain network), rate (learning rate "
            "divided by 10) or scale (branches times 0.5)."
        ),
    ],
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> int:
    """Continue a run from a kept step with one difference; weights, batches and random numbers stay the same.

    The other run is not changed. Ctrl-C, SIGTERM and closing the terminal stop the fork with a
    checkpoint; `resume` continues it.
    """
    with ended_by_signals(), history() as store:
        parent = _one(store, run)
        begun = start_fork(store, parent.id, at, _change(change), COMMAND_LINE)
        try:
            (ended,) = follow_runs(store, [begun.id])
        except KeyboardInterrupt:
            command = f"python -m resnet_viz resume {begun.id}"
            say(_("Interrupted. Continue with: {command}").format(command=command))
            raise
        report = _report(store, parent, ended)
    if ended.failure is not None:
        say(str(ended.failure))
    if json:
        put_json(report)
    else:
        show(report["text"])
    return int(ended.state in BROKEN)


def _one(store: Store, name: str) -> RunRecord:
    found = named(store, name)
    if len(found) != 1:
        raise InvalidSetting(
            "several_runs",
            N_("{name} stands for {count} runs; name the one to fork: {runs}."),
            name=name[:60],
            count=len(found),
            runs=", ".join(record.id for record in found),
        )
    return found[0]


def _change(text: str) -> ForkChange:
    change: ForkChange = Fork.value_of("change", text)
    return change


def _report(store: Store, parent: RunRecord, ended: RunRecord) -> dict[str, Any]:
    about = cast(Fork, ended.spec.fork)
    changed, other = (RunReader(store, each.id).history() for each in (ended, parent))
    losses = fork_losses(about, changed, other)
    said = (*origin_sentences(about, is_known=True), *fork_sentences(about, changed, other))
    return {
        "fork": ended.id,
        "parent": parent.id,
        "step": about.step,
        "change": about.change,
        "state": ended.state.value,
        "steps": ended.step,
        **{fact: ended.facts.get(fact) for fact in _FACTS},
        "compared": None if losses is None else losses._asdict(),
        "text": running_text(said),
    }
