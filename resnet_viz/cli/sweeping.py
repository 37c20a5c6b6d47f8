"""``sweep``: how final errors change with depth, with and without shortcuts."""

import time
from typing import Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table

from resnet_viz.cli.console import put_json, results, say
from resnet_viz.cli.sweep_progress import follow_sweep
from resnet_viz.errors import InvalidSetting
from resnet_viz.estimates import Estimate
from resnet_viz.events import RunState
from resnet_viz.jobs.calibrate import estimate_sweep
from resnet_viz.jobs.sweeps import (
    SweepCell,
    cancel_sweep,
    fitted_sweep,
    planned_cells,
    spec_of,
    start_sweep,
)
from resnet_viz.locale import N_
from resnet_viz.store import RunReader, Store, home_folder, open_store
from resnet_viz.sweep_errors import final_test_error, final_train_error
from resnet_viz.sweep_verdict import sweep_verdict
from resnet_viz.sweeps import CellHistory, SweepSpec, preset
from resnet_viz.wording import count, number, percent

_BROKEN = (RunState.FAILED, RunState.LOST)


def sweep(
    preset_name: Annotated[str, typer.Option("--preset", help="quick, classroom or full.")] = "quick",
    families: Annotated[
        str | None,
        typer.Option(help="plain, residual, and variants such as residual+projection, with commas between."),
    ] = None,
    depths: Annotated[
        str | None, typer.Option(help="Depths with commas between: 6n+2, bottlenecks 9n+2.")
    ] = None,
    seeds: Annotated[int | None, typer.Option(help="Seeds per depth and family.")] = None,
    seed: Annotated[int | None, typer.Option(help="First seed of weights and batches.")] = None,
    steps: Annotated[int | None, typer.Option(help="Updates of each network.")] = None,
    dataset: Annotated[
        str | None,
        typer.Option(help="fashion-mnist-small (bundled), fashion-mnist, mnist, cifar10, cifar100, svhn."),
    ] = None,
    train_size: Annotated[int | None, typer.Option(help="Training images, balanced over classes.")] = None,
    resolution: Annotated[int | None, typer.Option(help="Side of the images in pixels.")] = None,
    width: Annotated[int | None, typer.Option(help="Channels of the first stage.")] = None,
    batch_size: Annotated[int | None, typer.Option(help="Images per update.")] = None,
    lr: Annotated[float | None, typer.Option(help="Learning rate.")] = None,
    device: Annotated[str | None, typer.Option(help="auto, cpu, cuda, mps.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what it would cost; train nothing.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> int:
    """Train networks of many depths, and say from which depth on they get worse."""
    spec = fitted_sweep(
        _changed(
            preset(preset_name).sweep,
            network={"width": width},
            data={"dataset": dataset, "train_size": train_size, "resolution_px": resolution},
            train={
                "steps": steps,
                "batch_size": batch_size,
                "learning_rate": lr,
                "device": device,
                "seed": seed,
            },
            families=None if families is None else tuple(filter(None, families.split(","))),
            depths=None if depths is None else _depths(depths),
            seeds=seeds,
        )
    )
    store = open_store(home_folder())
    try:
        expected = estimate_sweep(store, spec, cold=True)
        _announce(spec, expected)
        if dry_run:
            report = _report(store, None, spec, planned_cells(store, spec), expected, None)
        else:
            report = _train(store, spec, expected)
    finally:
        store.close()
    if json:
        put_json(report)
    else:
        _show(report)
    return 1 if any(cell["state"] in _BROKEN for cell in report["cells"]) else 0


def _train(store: Store, spec: SweepSpec, expected: Estimate) -> dict[str, Any]:
    begun = time.monotonic()
    group = start_sweep(store, spec, owner="cli")
    try:
        cells = follow_sweep(store, group)
    except KeyboardInterrupt:
        cancel_sweep(store, group.id)
        say(f"Interrupted. Go on with: python -m resnet_viz resume {group.id}")
        raise
    wall_s = time.monotonic() - begun
    if expected.runs:
        say(
            f"It took {_duration(wall_s)}; {_duration(expected.wall_s)} were expected "
            f"({100 * (expected.wall_s / wall_s - 1):+.0f} %)."
        )
    for place in cells:
        if place.run is not None and place.run.failure is not None:
            say(f"{_title(place)}: {place.run.failure}")
    return _report(store, group.id, spec_of(group), cells, expected, wall_s)


def _report(
    store: Store,
    sweep_id: str | None,
    spec: SweepSpec,
    cells: list[SweepCell],
    expected: Estimate,
    wall_s: float | None,
) -> dict[str, Any]:
    histories = [
        CellHistory(place.cell.family, place.cell.depth, place.cell.seed, RunReader(store, run.id).history())
        for place in cells
        if (run := place.run)
    ]
    known = {(cell.family, cell.depth, cell.seed): cell.history for cell in histories}
    rows = []
    for place in cells:
        cell, run = place.cell, place.run
        history = known.get((cell.family, cell.depth, cell.seed))
        ended = run.facts if run and run.state is RunState.FINISHED else {}
        rows.append(
            {
                "family": cell.family,
                "depth": cell.depth,
                "seed": cell.seed,
                "run": run.id if run else None,
                "state": run.state.value if run else "planned",
                "reused": place.reused,
                "train_loss": ended.get("train_loss"),
                "train_error": final_train_error(history) if ended and history else None,
                "test_error": final_test_error(history) if ended and history else None,
                "wall_s": ended.get("wall_s"),
            }
        )
    return {
        "sweep": sweep_id,
        "cells": rows,
        "verdict": sweep_verdict(spec, histories).to_dict(),
        "estimate_s": expected.wall_s,
        "wall_s": wall_s,
    }


def _changed(
    sweep: SweepSpec,
    network: dict[str, Any],
    data: dict[str, Any],
    train: dict[str, Any],
    **own: Any,
) -> SweepSpec:
    given = [{name: v for name, v in part.items() if v is not None} for part in (network, data, train, own)]
    run = sweep.run.but(
        network=sweep.run.network.but(**given[0]),
        data=sweep.run.data.but(**given[1]),
        train=sweep.run.train.but(**given[2]),
    )
    return sweep.but(run=run, **given[3])


def _depths(text: str) -> tuple[int, ...]:
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not words or not all(word.isdecimal() and len(word) < 6 for word in words):
        raise InvalidSetting(
            "depths",
            N_("Depths are whole numbers with commas between, such as 8,20,32, not {text}."),
            field="depths",
            text=text[:60],
        )
    return tuple(map(int, words))


def _announce(spec: SweepSpec, expected: Estimate) -> None:
    total = len(spec.cells())
    if not expected.runs:
        say(f"All {total} trainings are known already.")
        return
    say(
        f"{expected.runs} of {total} trainings to do: about {_duration(expected.wall_s)}, "
        f"{expected.memory_bytes / 2**30:.1f} GiB of memory, {count(expected.steps)} steps, "
        f"{number(float(expected.multiply_adds))} multiply-adds."
    )


def _show(report: dict[str, Any]) -> None:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for heading in ("family", "depth", "seed", "run", "state"):
        table.add_column(heading, no_wrap=True)
    for heading in ("loss", "train err", "test err", "time"):
        table.add_column(heading, justify="right", no_wrap=True)
    for cell in report["cells"]:
        table.add_row(
            cell["family"],
            str(cell["depth"]),
            str(cell["seed"]),
            cell["run"] or "–",
            "reused" if cell["reused"] else cell["state"],
            number(cell["train_loss"]),
            percent(cell["train_error"]),
            percent(cell["test_error"]),
            "–" if cell["wall_s"] is None else _duration(cell["wall_s"]),
        )
    results.print(table)
    results.print(report["verdict"]["text"], markup=False, soft_wrap=True)


def _title(place: SweepCell) -> str:
    return f"{place.cell.family}-{place.cell.depth} seed {place.cell.seed}"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
