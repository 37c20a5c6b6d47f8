"""Every setting of the pages is an option of the commands, and means the same there."""

from typing import Any

import pytest
import typer
import typer.testing

from resnet_viz.cli.options import asked_for, options_of
from resnet_viz.errors import InvalidSetting
from resnet_viz.experiments.kinds import RACE, SWEEP, Kind

RECIPE = (
    "--width 4 --block bottleneck --norm group --init pytorch --dataset cifar10 --train-size 500 "
    "--resolution all --augmentation crop --steps 20 --batch-size 32 --optimizer adam --lr 0.05 "
    "--momentum 0.5 --weight-decay 0.001 --schedule cosine --warmup 5 --precision bfloat16 --device cpu "
    "--evaluate-every 7 --probe-every 3 --seed 11 --seeds 3"
)
LINK = {
    "width": "4",
    "block": "bottleneck",
    "norm": "group",
    "init": "pytorch",
    "data": "cifar10",
    "images": "500",
    "resolution": "all",
    "augmentation": "crop",
    "steps": "20",
    "batch": "32",
    "optimizer": "adam",
    "lr": "0.05",
    "momentum": "0.5",
    "decay": "0.001",
    "schedule": "cosine",
    "warmup": "5",
    "precision": "bfloat16",
    "device": "cpu",
    "evaluate": "7",
    "probe": "3",
    "seed": "11",
    "seeds": "3",
}


def called(experiment: Kind, arguments: str) -> Any:
    """The spec that a command with the options of ``experiment`` gets."""
    app = typer.Typer(pretty_exceptions_enable=False)
    specs = []

    @app.command()
    @options_of(experiment)
    def command(preset: str = experiment.default, **given: Any) -> None:
        specs.append(asked_for(experiment, preset, given, ()))

    found = typer.testing.CliRunner().invoke(app, arguments.split())
    if found.exception is not None:
        raise found.exception
    (spec,) = specs
    return spec


@pytest.mark.parametrize(
    ("experiment", "more", "in_link"),
    [
        (
            RACE,
            "--depth 56 --shortcut projection --families plain,residual,residual+identity --equal-cost",
            {
                "equal_cost": "yes",
                "depth": "56",
                "shortcut": "projection",
                "families": "plain,residual,residual+identity",
            },
        ),
        (
            SWEEP,
            "--families plain,residual+projection --depths 11,20-40 --no-equal-cost",
            {"families": "plain,residual+projection", "depths": "11,20-40", "equal_cost": "no"},
        ),
    ],
)
def test_options_mean_what_they_mean_in_a_link(experiment: Kind, more: str, in_link: dict[str, str]) -> None:
    assert {*LINK, *in_link} == {*experiment.settings}
    _preset, spec, notices = experiment.from_link(LINK | in_link)
    assert notices == []
    assert called(experiment, f"{RECIPE} {more}") == spec


@pytest.mark.parametrize("experiment", [RACE, SWEEP])
def test_without_options_a_command_does_what_the_preset_says(experiment: Kind) -> None:
    for preset in experiment.presets:
        assert called(experiment, f"--preset {preset}") == experiment.start(preset)


def test_an_illegal_value_is_refused_not_replaced() -> None:
    for arguments in ("--depth 21", "--seeds 11", "--train-size many", "--preset fast"):
        with pytest.raises(InvalidSetting):
            called(RACE, arguments)
