"""``runs``, ``pause``, ``resume``, ``stop``: what has been trained and is being trained."""

from datetime import datetime
from typing import Annotated, Any

import typer
from rich.table import Table

from resnet_viz.cli.console import put_json, say, show
from resnet_viz.cli.following import follow_experiment, follow_runs
from resnet_viz.cli.signals import ended_by_signals
from resnet_viz.cli.store import history, named
from resnet_viz.errors import InvalidSetting, NotFound
from resnet_viz.events import BROKEN, STATE_NAMES, Desired, RunState, Wish
from resnet_viz.experiments.kinds import KINDS
from resnet_viz.jobs.control import going, hold_back
from resnet_viz.jobs.experiments import FilledCell, experiment_group, resume_experiment
from resnet_viz.jobs.signs_of_life import find_lost
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.networks.families import ROLES
from resnet_viz.specs import Dataset, choices
from resnet_viz.store import RunQuery, RunSummary, Store
from resnet_viz.wording import with_commas

_Named = Annotated[
    str, typer.Argument(metavar="RUN", help="A run, race or sweep; the first characters are enough.")
]
_AllNamed = Annotated[
    list[str], typer.Argument(metavar="RUN...", help="Runs, races or sweeps; the first characters suffice.")
]


def runs(
    state: Annotated[str, typer.Option(help="Only these states, such as finished or running,paused.")] = "",
    role: Annotated[str, typer.Option(help="plain or residual.")] = "",
    depth: Annotated[str, typer.Option(help="Only these depths, such as 20,56.")] = "",
    dataset: Annotated[str, typer.Option(help="Only these data sets, such as mnist,cifar10.")] = "",
    group: Annotated[str, typer.Option(help="Only the runs of this race or sweep.")] = "",
    tag: Annotated[list[str] | None, typer.Option(help="Only runs with this tag; may be repeated.")] = None,
    text: Annotated[str, typer.Option(help="Words in name, notes, tags, network, data set.")] = "",
    deleted: Annotated[bool, typer.Option("--deleted", help="List the deleted runs instead.")] = False,
    json: Annotated[bool, typer.Option("--json", help="A JSON list on stdout.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the newest first.")] = 50,
) -> None:
    """List what has been trained, the newest first."""
    states = _chosen("state", state, tuple(known.value for known in RunState))
    roles = _chosen("role", role, tuple(ROLES))
    datasets = _chosen("dataset", dataset, choices(Dataset))
    with history() as store:
        query = RunQuery(
            text=text,
            states=None if states is None else [RunState(name) for name in states],
            roles=roles,
            depths=_depths(depth),
            datasets=datasets,
            group=store.group(group).id if group else None,
            tags=tag or (),
            deleted=deleted,
            pinned_first=False,
            limit=limit,
        )
        rows, total = store.library.find(query)
        anything = total or store.library.find(RunQuery(limit=1)).total
    if json:
        put_json([_summary(run) for run in rows])
        return
    if not rows:
        nothing = _("Nothing has been trained yet; start with: {command}").format(
            command="python -m resnet_viz race"
        )
        say(_("No matching runs.") if anything or deleted else nothing)
        return
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="bold")
    for heading in (_("run"), _("network"), _("seed"), _("state"), _("started")):
        table.add_column(heading, no_wrap=True)
    for heading in (_("step"), _("loss"), _("test accuracy")):
        table.add_column(heading, justify="right", no_wrap=True)
    for run in rows:
        table.add_row(
            run.id,
            f"{run.role}-{run.depth}",
            str(run.seed),
            _(STATE_NAMES[run.state]),
            f"{datetime.fromtimestamp(run.created_at).astimezone():%y-%m-%d %H:%M}",
            f"{run.step:,}/{run.total_steps:,}",
            "–" if run.train_loss is None else f"{run.train_loss:.3f}",
            "–" if run.test_accuracy is None else f"{run.test_accuracy:.1%}",
        )
    show(table)
    if total > len(rows):
        more = _("{shown} of {total}; more with {option}")
        say(more.format(shown=len(rows), total=total, option=f"--limit {total}"))


def pause(runs: _AllNamed) -> None:
    """Hold runs, races or sweeps: what trains after its current step, what waits before its first."""
    _hold_back(runs, Wish.PAUSE, N_("{run} will be paused."))


def stop(runs: _AllNamed) -> None:
    """End runs, races or sweeps with a checkpoint; they start again only with `resume`."""
    _hold_back(runs, Wish.STOP, N_("{run} will be stopped."))


def resume(run: _Named) -> int:
    """Continue a paused run or sweep, or a stopped, failed or interrupted one from its last checkpoint."""
    with ended_by_signals(), history() as store:
        cells = _taken_up(store, run)
        if cells is not None:
            return int(any(cell.state in BROKEN for cell in cells))
        if any(record.state in (RunState.RUNNING, RunState.PAUSED) for record in named(store, run)):
            find_lost(store, quiet_s=0.0)  # killed a moment ago, it still looks alive
        records = named(store, run)
        waiting = [record.id for record in records if record.state.is_resumable()]
        held = [record.id for record in records if record.state is RunState.PAUSED]
        if not waiting and not held:
            states = with_commas(sorted({_(STATE_NAMES[record.state]) for record in records}))
            raise InvalidSetting(
                "not_resumable",
                N_("There is nothing to continue: {run} is {states}."),
                run=run,
                states=states,
            )
        for run_id in held:
            store.set_desired(run_id, Desired(Wish.RUN))
            say(_("{run} continues.").format(run=run_id))
        for run_id in waiting:
            store.resume(run_id)
        ended = follow_runs(store, waiting) if waiting else []
    for record in ended:
        say(_("{name}: {text}").format(name=record.id, text=_(STATE_NAMES[record.state])))
    return int(any(record.state in BROKEN for record in ended))


def _taken_up(store: Store, name: str) -> list[FilledCell] | None:
    """Go on with the experiment called so and say how each cell ended; None where that takes its runs only.

    Of a kind that reuses, what was deleted is trained again as well.
    """
    try:
        group = experiment_group(store, name)
    except NotFound:
        return None
    if not KINDS[group.kind].reuses:
        return None
    cells = follow_experiment(store, resume_experiment(store, group.id))
    for place in cells:
        state = _(STATE_NAMES[place.run.state]) if place.run else _("not trained")
        say(_("{name}: {text}").format(name=place.cell.title, text=state))
    return cells


def _chosen(field: str, text: str, known: tuple[Any, ...]) -> list[Any] | None:
    wanted = [word.strip() for word in text.split(",") if word.strip()]
    for word in wanted:
        if word not in known:
            raise InvalidSetting(
                "unknown_value",
                N_("{field} must be one of {expected}, not {value}."),
                field=field,
                expected=", ".join(known),
                value=word[:60],
            )
    return wanted or None


def _depths(text: str) -> list[int] | None:
    words = [word.strip() for word in text.split(",") if word.strip()]
    for word in words:
        if not (word.isascii() and word.isdecimal() and len(word) <= 6):
            raise InvalidSetting(
                "int_parsing",
                N_("{field} must be a whole number, not {value}."),
                field="depth",
                value=word[:60],
            )
    return [int(word) for word in words] or None


def _summary(run: RunSummary) -> dict[str, Any]:
    return {
        "id": run.id,
        "race": run.group_id,
        "group": run.group_id,
        "kind": run.group_kind,
        "role": run.role,
        "seed": run.seed,
        "state": run.state.value,
        "depth": run.depth,
        "dataset": run.dataset,
        "name": run.name,
        "notes": run.notes,
        "tags": list(run.tags),
        "pinned": run.pinned,
        "origin": run.origin,
        "steps": run.step,
        "total_steps": run.total_steps,
        "created_at": run.created_at,
        "device": run.device,
        "train_loss": run.train_loss,
        "train_accuracy": run.train_accuracy,
        "test_accuracy": run.test_accuracy,
        "test_statistics": run.test_statistics,
        "wall_s": run.wall_s,
        "weights_bytes": run.weights_bytes,
    }


def _hold_back(names: list[str], wish: Wish, done: str) -> None:
    with history() as store:
        asked = [named(store, name) for name in names]
        for name, runs in zip(names, asked, strict=True):  # all are looked at before any is touched
            if not going(store, runs):
                raise InvalidSetting("run_ended", N_("{run} has already ended."), run=name)
        each = {run.id: run for runs in asked for run in runs}  # once, however often it was named
        for run in hold_back(store, list(each.values()), Desired(wish)):
            ended = N_("{run} will not be started again.")
            say(_(ended if run.state.is_finished() else done).format(run=run.id))
