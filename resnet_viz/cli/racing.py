"""``race``: a residual network against its plain twin."""

from typing import Annotated, Any

import typer

from resnet_viz.cli.console import put_json, results, say
from resnet_viz.cli.following import follow
from resnet_viz.errors import InvalidSetting
from resnet_viz.events import RunState
from resnet_viz.fairness import fairness_card, race_is_fair
from resnet_viz.jobs.races import start_race
from resnet_viz.locale import N_
from resnet_viz.presets import PRESETS
from resnet_viz.specs import DataSpec, NetworkSpec, RaceSpec, TrainSpec
from resnet_viz.store import RunReader, RunRecord, Store, home_folder, open_store
from resnet_viz.verdict import verdict

_BROKEN = (RunState.FAILED, RunState.LOST)


def race(
    preset: Annotated[str, typer.Option(help="degradation, vanishing or shallow.")] = "degradation",
    depth: Annotated[int | None, typer.Option(help="Weighted layers: 6n+2, bottlenecks 9n+2.")] = None,
    steps: Annotated[int | None, typer.Option(help="Updates of each network.")] = None,
    dataset: Annotated[
        str | None,
        typer.Option(help="fashion-mnist-small (bundled), fashion-mnist, mnist, cifar10, cifar100, svhn."),
    ] = None,
    train_size: Annotated[int | None, typer.Option(help="Training images, balanced over classes.")] = None,
    resolution: Annotated[int | None, typer.Option(help="Side of the images in pixels.")] = None,
    augmentation: Annotated[str | None, typer.Option(help="none, crop, crop-flip.")] = None,
    width: Annotated[int | None, typer.Option(help="Channels of the first stage.")] = None,
    block: Annotated[
        str | None, typer.Option(help="basic, bottleneck, preactivation, preactivation-bottleneck.")
    ] = None,
    shortcut: Annotated[str | None, typer.Option(help="identity, projection, all-projection.")] = None,
    norm: Annotated[str | None, typer.Option(help="batch, group, none.")] = None,
    init: Annotated[str | None, typer.Option(help="he, pytorch, zero-last-norm.")] = None,
    optimizer: Annotated[str | None, typer.Option(help="sgd, adam.")] = None,
    batch_size: Annotated[int | None, typer.Option(help="Images per update.")] = None,
    lr: Annotated[float | None, typer.Option(help="Learning rate.")] = None,
    momentum: Annotated[float | None, typer.Option(help="Momentum of SGD.")] = None,
    weight_decay: Annotated[float | None, typer.Option(help="Weight decay.")] = None,
    schedule: Annotated[str | None, typer.Option(help="constant, step, cosine, one-cycle.")] = None,
    warmup: Annotated[int | None, typer.Option(help="Updates of linear warm-up.")] = None,
    precision: Annotated[str | None, typer.Option(help="float32, bfloat16.")] = None,
    device: Annotated[str | None, typer.Option(help="auto, cpu, cuda, mps.")] = None,
    seed: Annotated[int | None, typer.Option(help="First seed of weights and batches.")] = None,
    seeds: Annotated[int | None, typer.Option(help="Number of seeds, one pair each.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> int:
    """Train a plain and a residual network side by side and say what came out."""
    if preset not in PRESETS:
        raise InvalidSetting(
            "unknown_preset",
            N_("There is no preset {preset}; choose one of: {presets}."),
            field="preset",
            preset=preset[:60],
            presets=", ".join(PRESETS),
        )
    spec = _changed(
        PRESETS[preset].race,
        network={
            "depth": depth,
            "width": width,
            "block": block,
            "shortcut": shortcut,
            "norm": norm,
            "init": init,
        },
        data={
            "dataset": dataset,
            "train_size": train_size,
            "resolution_px": resolution,
            "augmentation": augmentation,
        },
        train={
            "steps": steps,
            "optimizer": optimizer,
            "batch_size": batch_size,
            "learning_rate": lr,
            "momentum": momentum,
            "weight_decay": weight_decay,
            "schedule": schedule,
            "warmup_steps": warmup,
            "precision": precision,
            "device": device,
            "seed": seed,
        },
        seeds=seeds,
    )
    store = open_store(home_folder())
    try:
        group = start_race(store, spec, owner="cli")
        try:
            runs = follow(store, group.run_ids)
        except KeyboardInterrupt:
            say(f"Interrupted. Go on with: python -m resnet_viz resume {group.id}")
            raise
        report = _report(store, group.id, spec, runs)
    finally:
        store.close()
    if json:
        put_json(report)
    else:
        results.print(report["verdict"]["text"], markup=False, soft_wrap=True)
    for run in runs:
        if run.failure is not None:
            say(f"{run.role} seed {run.seed}: {run.failure}")
    return 1 if any(run.state in _BROKEN for run in runs) else 0


def _changed(race: RaceSpec, *, seeds: int | None, **parts: dict[str, Any]) -> RaceSpec:
    given = {part: {k: v for k, v in values.items() if v is not None} for part, values in parts.items()}
    network: NetworkSpec = race.run.network.but(**given["network"])
    data: DataSpec = race.run.data.but(**given["data"])
    train: TrainSpec = race.run.train.but(**given["train"])
    return race.but(
        run=race.run.but(network=network, data=data, train=train),
        seeds=race.seeds if seeds is None else seeds,
    )


def _report(store: Store, race_id: str, spec: RaceSpec, runs: list[RunRecord]) -> dict[str, Any]:
    histories = [RunReader(store, run.id).history() for run in runs]
    said = verdict(spec, histories)
    cards = [
        fairness_card(histories[i], histories[i + 1], runs[i].spec, runs[i + 1].spec)
        for i in range(0, len(runs), 2)  # plain, residual, for each seed
    ]
    return {
        "race": race_id,
        "runs": [
            {
                "id": run.id,
                "role": run.role,
                "seed": run.seed,
                "state": run.state.value,
                "steps": run.step,
                **{
                    fact: run.facts.get(fact)
                    for fact in (
                        "parameters",
                        "train_loss",
                        "test_accuracy",
                        "wall_s",
                        "samples_per_s",
                        "batch_digest",
                        "init_digest",
                    )
                },
            }
            for run in runs
        ],
        "fair": race_is_fair(cards),
        "verdict": said.to_dict(),
    }
