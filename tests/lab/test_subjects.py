"""Which seeds of a race a question is about, and which are left out and why."""

import pytest

from resnet_viz.errors import InvalidSetting
from resnet_viz.events import RunState
from resnet_viz.inspection.bundled import BUNDLED
from resnet_viz.lab.answers import asking
from resnet_viz.lab.subjects import steps_of, subjects
from resnet_viz.lab.table import QUESTIONS
from resnet_viz.store import Store
from tests.lab.pairs import made_race

ALL = [one for one in QUESTIONS.values() if one.gap is not None]
ONE = [one for one in QUESTIONS.values() if one.needs == "pair" and one.gap is None]


def run_of(store: Store, race: str, role: str, seed: int) -> str:
    members = [store.run(run_id) for run_id in store.group(race).run_ids]
    return next(run.id for run in members if (run.role, run.seed) == (role, seed))


def test_every_seed_is_a_plain_and_a_residual_network_of_that_seed(own_store: Store) -> None:
    race = made_race(own_store, 3)
    found = subjects(own_store, race)
    assert found.seeds == (0, 1, 2)
    assert found.left_out == ()
    for seed, pair in zip(found.seeds, found.pairs, strict=True):
        assert [one["family"] for one in pair] == ["plain", "residual"]
        for one in pair:
            assert run_of(own_store, race, one["family"], seed) in one["model"]
    assert [str(one) for one in found.said(takes_one=False)] == ["Seeds: 0, 1, 2."]
    assert [str(one) for one in found.said(takes_one=True)] == [
        "This question takes one pair of networks, that of seed 0."
    ]


def test_what_is_deleted_diverged_or_not_finished_is_left_out_and_said(own_store: Store) -> None:
    race = made_race(own_store, 5, {1: RunState.STOPPED, 3: RunState.DIVERGED})
    own_store.library.delete([run_of(own_store, race, "plain", 0)])
    found = subjects(own_store, race)
    assert found.seeds == (2, 4)
    assert {seed: str(why) for seed, why in found.left_out} == {
        0: "deleted",
        1: "not finished",
        3: "diverged",
    }
    assert str(found.said(takes_one=False)[1]) == (
        "Left out: seed 0 (deleted); seed 1 (not finished); seed 3 (diverged)."
    )


def test_a_chosen_checkpoint_is_what_counts_and_its_file_has_to_be_there(own_store: Store) -> None:
    race = made_race(own_store, 3, {1: RunState.STOPPED})
    assert steps_of(own_store, race) == (0, 4)
    assert subjects(own_store, race, 0).seeds == (0, 1, 2)
    folder = own_store.run_folder(run_of(own_store, race, "residual", 2))
    next(folder.glob("*4.safetensors")).unlink()
    found = subjects(own_store, race, 4)
    assert found.seeds == (0, 1)
    assert [str(why) for _seed, why in found.left_out] == ["no checkpoint of step 4"]


def test_where_nothing_is_finished_it_is_the_first_pair_as_far_as_it_has_come(own_store: Store) -> None:
    race = made_race(own_store, 2, {0: RunState.STOPPED, 1: RunState.STOPPED})
    found = subjects(own_store, race)
    assert found.seeds == (0,)
    assert [seed for seed, _why in found.left_out] == [1]


def test_a_run_is_its_seed_and_a_race_without_a_pair_is_refused(own_store: Store) -> None:
    race = made_race(own_store, 3)
    found = subjects(own_store, run_of(own_store, race, "residual", 1))
    assert found.seeds == (1,)
    assert found.said(takes_one=False) == []
    own_store.library.delete([run_of(own_store, race, "plain", seed) for seed in range(3)])
    with pytest.raises(InvalidSetting, match="no such pair"):
        subjects(own_store, race)


@pytest.mark.parametrize("question", [*ALL, *ONE], ids=lambda one: one.name)
def test_a_question_is_told_of_all_pairs_or_of_the_first(own_store: Store, question) -> None:  # type: ignore[no-untyped-def]
    race, alone = made_race(own_store, 3), made_race(own_store, 1)
    told = asking(question, race).values(own_store)
    networks = 1 if question.residual_only else 2
    assert len(told["networks"]) == networks
    if question in ALL:
        assert told["seeds"] == [0, 1, 2]
        assert [len(pair) for pair in told["further"]] == [networks] * 2
    # What was known of one pair before several could be asked about is still known.
    for about in (alone, BUNDLED):
        assert set(asking(question, about).values(own_store)) == {
            "question",
            "networks",
            "settings",
            "version",
        }
