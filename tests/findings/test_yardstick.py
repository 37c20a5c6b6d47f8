"""One seed beside pairs of one kind: the count is right, and other settings have none."""

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from resnet_viz.experiments.experiment import Experiment
from resnet_viz.experiments.kinds import RACE
from resnet_viz.findings import yardstick
from resnet_viz.findings.yardstick import Starts, starts_of
from tests.made.races import pair, pairs, race, verdict

DEFAULT = race()


@pytest.fixture
def measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Seven plain starts 0.1 apart, seven residual ones 0.01 apart, of `DEFAULT`."""
    plain, residual = DEFAULT.runs()
    starts = [
        {"run": run.model_dump(mode="json"), "train_loss": losses, "train_error": losses}
        for run, losses in (
            (plain, [1 + 0.1 * start for start in range(7)]),
            (residual, [0.6 + 0.01 * start for start in range(7)]),
        )
    ]
    file = tmp_path / "yardstick.json"
    file.write_bytes(orjson.dumps({"starts": starts}))
    monkeypatch.setattr(yardstick, "FILE", file)
    yardstick._measured.cache_clear()
    yield
    yardstick._measured.cache_clear()


def test_differences_are_those_of_all_pairs() -> None:
    apart = Starts((1.0, 1.5, None, None), (0.5, 0.5, None, None))
    assert apart.loss_differences == pytest.approx((0.5, *[float("inf")] * 4, 0))
    assert apart.error_differences == pytest.approx((0, *[float("inf")] * 4, 0))


@pytest.mark.usefixtures("measured")
@pytest.mark.parametrize(
    ("plain", "words"),
    [
        (1.95, "more than in any of 42 pairs of networks of one kind"),
        (1.05, "differ only in their initial weights differ by as much in 3 of 21 pairs"),
        (
            0.62,
            "differ only in their initial weights differ by as much in 21 of 21 pairs",
        ),
    ],
)
def test_one_seed_says_how_many_pairs_of_one_kind_differ_by_as_much(plain: float, words: str) -> None:
    """Of seven starts 0.1 apart three pairs are at least 0.45 apart; a gap of 0.02 all 21 reach."""
    assert words in verdict(DEFAULT, pair(plain, 0.6)).text


@pytest.mark.usefixtures("measured")
def test_other_settings_have_no_yardstick_but_another_seed_has() -> None:
    run = DEFAULT.run
    for changed in (run.but(network=run.network.but(depth=38)), run.but(train=run.train.but(steps=99))):
        text = verdict(Experiment(run=changed), pair(1.5, 0.6, steps=99)).text
        assert "was not measured for these settings; run several seeds" in text
    other = Experiment(run=run.but(train=run.train.but(seed=7, device="cpu", probe_every=3)))
    assert "For comparison" in verdict(other, pair(1.5, 0.6, 7)).text
    assert "For comparison" not in verdict(race(3), pairs((1.5, 1.6, 1.5), (0.6, 0.6, 0.6))).text


def test_the_bundled_one_says_where_it_comes_from_and_is_of_the_presets() -> None:
    content = orjson.loads(yardstick.FILE.read_bytes())
    assert content["origin"]["machine"]["processor"]
    assert content["origin"]["command"].endswith("assets/make_yardstick.py")
    assert len(content["first_weights_of_seeds"]) == 7
    found = starts_of(RACE.presets["degradation"].spec.runs()[0])
    assert found is not None
    assert len(found.loss_differences) == 21
