"""Races of other network types than one pair: every pair is judged, all together, the rest described."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from resnet_viz.events import RunState
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.findings.race_numbers import judge
from resnet_viz.findings.seed_table import seed_table
from resnet_viz.findings.twin_numbers import RaceOutcome
from resnet_viz.history import RunHistory
from resnet_viz.locale import set_language
from tests.made.races import race, run, verdict

THREE = ("plain", "residual", "residual+projection")
NO_TWINS = ("residual", "residual+projection")


def asked(families: tuple[str, ...], seeds: int = 1) -> Experiment:
    return race(seeds).but(families=families)


def runs(losses: Mapping[str, tuple[float, ...]], **more: Any) -> list[RunHistory]:
    """Finished runs of seeds 0, 1, … of each network type."""
    return [
        run(name, loss, seed, **more) for name, values in losses.items() for seed, loss in enumerate(values)
    ]


def test_one_seed_of_three_types_states_all_three_losses_and_judges_none() -> None:
    found = verdict(asked(THREE), runs(dict(zip(THREE, [(1.09,), (0.71,), (0.66,)], strict=True))))
    assert str(found.headline) == "In this run: residual 0.710, residual (projection) 0.660, plain 1.09"
    assert [pair.outcome for pair in found.found.twins] == [RaceOutcome.NOT_JUDGED] * 2
    assert "better" not in found.text
    assert "plain 1.09, residual 0.710." in found.text
    assert "plain 1.09, residual (projection) 0.660." in found.text


def test_two_seeds_state_both_values_of_each() -> None:
    losses = {"plain": (1.09, 1.2), "residual": (0.71, 0.7), "residual+projection": (0.66, 0.6)}
    assert str(verdict(asked(THREE, 2), runs(losses)).headline) == (
        "In these two seeds: residual 0.710 and 0.700, residual (projection) 0.660 and 0.600, "
        "plain 1.09 and 1.20"
    )


def test_three_seeds_judge_each_pair_and_name_it() -> None:
    losses = {
        "plain": (1.4, 1.5, 1.6),
        "residual": (1.0, 1.1, 1.2),
        "residual+projection": (1.41, 1.52, 1.6),
    }
    found = verdict(asked(THREE, 3), runs(losses))
    assert str(found.headline) == (
        "At this depth: Plain / Residual: residual trains better; "
        "Plain / Residual (projection): no difference as large as 0.115"
    )
    assert "Plain − residual: +0.400" in found.text
    assert "Plain − residual (projection): −0.0100" in found.text
    assert "2 claims are judged together (Holm)" in found.text


def test_the_numbers_of_every_pair_are_for_programs_too() -> None:
    losses = dict.fromkeys(THREE, (1.0, 1.0, 1.0)) | {"plain": (1.5, 1.6, 1.4)}
    said = verdict(asked(THREE, 3), runs(losses)).to_dict()
    assert said["outcome"] == "residual_better"
    assert [(pair["plain"], pair["residual"]) for pair in said["pairs"]] == [
        ("plain", "residual"),
        ("plain", "residual+projection"),
    ]
    assert said["pairs"][1]["loss_gap"] == pytest.approx(0.5)
    two = verdict(race(3), runs({name: losses[name] for name in THREE[:2]})).to_dict()
    assert "pairs" not in two
    assert {name: said[name] for name in two.keys() - {"headline", "text"}} == {
        name: two[name] for name in two.keys() - {"headline", "text"}
    }


def test_a_pair_of_variants_alone_is_a_race_like_any_other() -> None:
    families = ("plain+no-norm", "residual+no-norm")
    losses = {families[0]: (1.4, 1.5, 1.6), families[1]: (1.0, 1.1, 1.2)}
    found = verdict(asked(families, 3), runs(losses))
    assert str(found.headline) == "The residual (no-norm) network trains better at this depth"
    head, *rows = seed_table(found.found.twins[0])
    assert head[1:4] == [
        "Training loss, plain (no-norm)",
        "Training loss, residual (no-norm)",
        "Plain (no-norm) − residual (no-norm)",
    ]
    assert len(rows) == 3


def test_networks_that_are_no_twins_are_described_and_not_judged() -> None:
    losses = {"residual": (1.0, 1.1, 1.2), "residual+projection": (0.4, 0.5, 0.6)}
    found = verdict(asked(NO_TWINS, 3), runs(losses, accuracy=0.5))
    assert found.found.twins == ()
    assert str(found.headline) == (
        "Mean training loss of 3 seeds: residual 1.10, residual (projection) 0.500"
    )
    assert "better" not in found.text
    assert "Not judged: residual, residual (projection)." in found.text
    of_one = "training loss after 100 steps at depth 32, 3 seeds: 0.400, 0.500, 0.600."
    assert f"Residual (projection), {of_one}" in found.text
    assert found.to_dict()["pairs"] == []
    assert found.to_dict()["loss_gap"] is None


def test_a_type_without_a_twin_beside_a_pair_is_described() -> None:
    families = ("plain", "residual", "residual+no-norm")
    losses = {"plain": (1.4, 1.5, 1.6), "residual": (1.0, 1.1, 1.2), "residual+no-norm": (0.1, 0.1, 0.1)}
    found = verdict(asked(families, 3), runs(losses))
    assert found.found.twins[0].outcome is RaceOutcome.RESIDUAL_BETTER
    assert found.found.alone == ["residual+no-norm"]
    assert "Residual (no-norm), training loss" in found.text
    assert "here it has no such twin" in found.text


def test_a_network_that_diverged_is_no_mean_and_is_counted() -> None:
    losses = {"residual": (1.0, 1.1, 1.2), "residual+projection": (0.4, 0.5, 0.6)}
    found = runs(losses)
    found[-1] = run("residual+projection", 9.0, 2, state=RunState.DIVERGED)
    said = verdict(asked(NO_TWINS, 3), found)
    assert "residual (projection) learned in 2 seeds" in str(said.headline)
    assert "0.400, 0.500, diverged" in said.text


def test_a_diverged_twin_is_named_in_the_headline_of_its_pair_only() -> None:
    losses = {"plain": (1.4, 1.5, 1.6, 1.5), "residual": (1.0, 1.1, 1.2, 1.1)}
    found = runs(losses | {"residual+projection": (1.0, 1.1, 1.2, 9.0)})
    found[-1] = run("residual+projection", 9.0, 3, state=RunState.DIVERGED)
    assert str(verdict(asked(THREE, 4), found).headline) == (
        "At this depth: Plain / Residual: residual trains better; Plain / Residual (projection): "
        "plain diverged in 0 of 4 seeds, residual (projection) in 1"
    )


def test_what_is_beyond_chance_alone_but_not_together_is_undecided() -> None:
    losses = {"plain": (1.5, 1.5, 1.5), "residual": (1.5, 1.2, 0.9), "residual+projection": (1.2, 1.15, 0.9)}
    together = judge(asked(THREE, 3), runs(losses))
    alone = judge(
        asked(("plain", "residual+projection"), 3),
        runs({name: losses[name] for name in ("plain", "residual+projection")}),
    )
    assert alone.outcome is RaceOutcome.RESIDUAL_BETTER
    assert together.twins[1].outcome is RaceOutcome.UNDECIDED
    said = verdict(asked(THREE, 3), runs(losses)).text
    assert "not with all pairs of this race judged together" in said


def test_without_differences_three_types_are_judged_wrongly_in_a_twentieth_of_races_at_most() -> None:
    rng = np.random.default_rng(3)
    better = {RaceOutcome.RESIDUAL_BETTER, RaceOutcome.PLAIN_BETTER, RaceOutcome.OPEN}
    families = (*THREE, "residual+all-projection")
    wrong = 0
    for _race in range(300):
        losses = {name: tuple(0.2 + rng.normal(0, 0.05, 4)) for name in families}
        found = judge(asked(families, 4), runs(losses))
        wrong += any(pair.outcome in better for pair in found.twins)
    assert wrong / 300 <= 0.07  # 0.05 and two standard deviations of the share


@pytest.mark.parametrize(
    ("state", "headline"),
    [
        (RunState.QUEUED, "Nothing measured yet"),
        (RunState.FAILED, "Not completed"),
        (RunState.STOPPED, "Stopped before the end"),
    ],
)
@pytest.mark.parametrize("families", [THREE, NO_TWINS, ("residual",)])
def test_a_race_without_results_says_where_it_stands(
    families: tuple[str, ...], state: RunState, headline: str
) -> None:
    found = verdict(asked(families), [RunHistory(name, 0, state) for name in families])
    assert str(found.headline) == headline
    assert verdict(asked(families), []).found.outcome is RaceOutcome.WAITING


def test_a_deleted_run_takes_its_seed_from_its_own_pair_alone() -> None:
    losses = {"plain": (1.4, 1.5, 1.6), "residual": (1.0, 1.1, 1.2), "residual+projection": (1.0, 1.1)}
    found = verdict(asked(THREE, 3), runs(losses))
    assert found.found.twins[0].outcome is RaceOutcome.RESIDUAL_BETTER
    assert "Seed 2 gives no result for plain and residual (projection): one of their runs was deleted." in (
        found.text
    )
    assert found.text.count("was deleted") == 1


def test_how_the_gradient_went_is_said_once_of_each() -> None:
    losses = dict.fromkeys(THREE, (1.0,))
    found = verdict(asked(THREE), runs(losses, reach=(2.0, 3.0)))
    assert found.text.count("Relative gradient") == 1
    assert found.text.count("The same, ") == 2


def test_all_of_it_is_chinese_too() -> None:
    set_language("zh")
    losses = {"plain": (1.4, 1.5, 1.6), "residual": (1.0, 1.1, 1.2), "residual+projection": (1.0, 1.1, 1.2)}
    found = verdict(asked(THREE, 3), runs(losses))
    assert str(found.headline) == (
        "在这一深度：普通网络 / 残差网络：残差网络训练得更好；"
        "普通网络 / 残差网络（投影）：残差网络（投影）训练得更好"
    )
