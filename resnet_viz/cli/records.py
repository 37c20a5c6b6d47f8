"""``runs``, ``pause``, ``resume``, ``stop``, ``export``: what has been trained and is being trained."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table

from resnet_viz.cli.console import put_json, results, say
from resnet_viz.cli.following import follow
from resnet_viz.errors import InvalidSetting, NotFound
from resnet_viz.events import Desired, RunState, Wish
from resnet_viz.locale import N_
from resnet_viz.store import RunRecord, Store, export_csv, export_json, home_folder, open_store

_Named = Annotated[
    str, typer.Argument(metavar="RUN", help="A run or a race; the first characters are enough.")
]


def runs(
    json: Annotated[bool, typer.Option("--json", help="A JSON list on stdout.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="The newest so many.")] = 50,
) -> None:
    """List what has been trained, the newest first."""
    with _history() as store:
        records = store.runs(limit=limit)
    if json:
        put_json([_summary(run) for run in records])
        return
    if not records:
        say("Nothing has been trained yet; begin with: python -m resnet_viz race")
        return
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for heading in ("run", "network", "seed", "state", "begun"):
        table.add_column(heading, no_wrap=True)
    for heading in ("step", "loss", "test"):
        table.add_column(heading, justify="right", no_wrap=True)
    for run in records:
        summary = _summary(run)
        table.add_row(
            run.id,
            f"{run.role}-{run.spec.network.depth}",
            str(run.seed),
            run.state.value,
            f"{datetime.fromtimestamp(run.created_at).astimezone():%Y-%m-%d %H:%M}",
            f"{run.step:,}/{run.total_steps:,}",
            "–" if summary["train_loss"] is None else f"{summary['train_loss']:.3f}",
            "–" if summary["test_accuracy"] is None else f"{summary['test_accuracy']:.1%}",
        )
    results.print(table)


def pause(run: _Named) -> None:
    """Hold a run after its current step."""
    _wish(run, Desired(Wish.PAUSE), "paused")


def stop(run: _Named) -> None:
    """End a run after its current step, with a checkpoint to resume from."""
    _wish(run, Desired(Wish.STOP), "stopped")


def resume(run: _Named) -> int:
    """Go on with a paused run, or train a stopped, failed or lost one from its last checkpoint."""
    with _history() as store:
        records = _named(store, run)
        waiting = [record.id for record in records if record.state.is_resumable()]
        held = [record.id for record in records if record.state is RunState.PAUSED]
        if not waiting and not held:
            states = ", ".join(sorted({record.state.value for record in records}))
            raise InvalidSetting(
                "not_resumable", N_("There is nothing to resume: {run} is {states}."), run=run, states=states
            )
        for run_id in held:
            store.set_desired(run_id, Desired(Wish.RUN))
            say(f"{run_id} goes on")
        for run_id in waiting:
            store.resume(run_id)
        ended = follow(store, waiting) if waiting else []
    for record in ended:
        say(f"{record.id} {record.state.value}")
    return int(any(record.state in (RunState.FAILED, RunState.LOST) for record in ended))


def export(
    run: _Named,
    format_: Annotated[str, typer.Option("--format", help="json or csv.")] = "json",
    output: Annotated[Path | None, typer.Option("-o", "--output", help="File; by default stdout.")] = None,
) -> None:
    """Everything that was recorded of a run, as JSON or CSV."""
    if format_ not in ("json", "csv"):
        raise InvalidSetting(
            "unknown_format", N_("There is no format {name}; choose json or csv."), name=format_[:60]
        )
    with _history() as store:
        if format_ == "json":
            text = orjson.dumps(export_json(store, run)).decode() + "\n"
        else:
            rows = io.StringIO()
            export_csv(store, run, rows)
            text = rows.getvalue()
    if output is None:
        print(text, end="")
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InvalidSetting(
            "not_writable",
            N_("{file} cannot be written: {reason}."),
            file=str(output),
            reason=error.strerror or "",
        ) from None
    say(f"Written to {output}")


def _summary(run: RunRecord) -> dict[str, Any]:
    return {
        "id": run.id,
        "race": run.group_id,
        "role": run.role,
        "seed": run.seed,
        "state": run.state.value,
        "depth": run.spec.network.depth,
        "dataset": run.spec.data.dataset,
        "steps": run.step,
        "total_steps": run.total_steps,
        "created_at": run.created_at,
        "device": run.facts.get("device"),
        "train_loss": run.facts.get("train_loss"),
        "test_accuracy": run.facts.get("test_accuracy"),
        "wall_s": run.facts.get("wall_s"),
    }


def _wish(name: str, desired: Desired, done: str) -> None:
    with _history() as store:
        active = [run for run in _named(store, name) if not run.state.is_finished()]
        if not active:
            raise InvalidSetting("run_ended", N_("{run} has already ended."), run=name)
        for run in active:
            store.set_desired(run.id, desired)
            say(f"{run.id} will be {done}")


def _named(store: Store, name: str) -> list[RunRecord]:
    """The run called ``name``, or the runs of the race called so; raises `NotFound`."""
    try:
        return [store.run(name)]
    except NotFound as error:
        if error.code == "ambiguous_id":
            raise
        return [store.run(run_id) for run_id in store.group(name).run_ids]


@contextmanager
def _history() -> Iterator[Store]:
    store = open_store(home_folder())
    try:
        yield store
    finally:
        store.close()
