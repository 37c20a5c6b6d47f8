"""Lists of groups: which are found, and what is summed up of their runs."""

import pytest

from resnet_viz.events import Facts, RunState, StateChanged
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.specs import NetworkSpec, RunSpec
from resnet_viz.store import GroupSummary, Labels, RunQuery, Store
from tests.made.clock import Clock
from tests.made.stored import write

_RACE = Experiment(run=RunSpec(network=NetworkSpec(depth=8)), seeds=2)


@pytest.fixture
def groups(store: Store, clock: Clock) -> dict[str, str]:
    """A finished race of two seeds with a name, a queued run alone, and a sweep without runs of its own."""
    race = store.add_group("race", "me", _RACE.to_json(), _RACE.runs(), name="Mondays")
    for number, run_id in enumerate(race.run_ids):
        facts = Facts({"test_accuracy": [0.25, 0.5, 0.75, 1.0][number], "wall_s": 2.0})
        end = RunState.FINISHED if number < 3 else RunState.DIVERGED
        write(store, run_id, facts, StateChanged(end))
    clock.now += 10
    single = store.add_group("single", "you", "{}", [_RACE.run.but(network=NetworkSpec(depth=20))])
    clock.now += 10
    sweep = store.add_group("sweep", "me", "{}", [])
    return {"race": race.id, "single": single.id, "sweep": sweep.id}


def rows(store: Store, query: RunQuery | None = None) -> list[GroupSummary]:
    return store.library.find_groups(query).rows


def test_what_is_summed_up(store: Store, groups: dict[str, str]) -> None:
    sweep, single, race = rows(store)
    assert (race.id, race.kind, race.name, race.runs, race.wall_s) == (
        groups["race"],
        "race",
        "Mondays",
        4,
        8.0,
    )
    assert race.states == {RunState.FINISHED: 3, RunState.DIVERGED: 1}
    by_role: dict[str, list[float]] = {"plain": [], "residual": []}
    for run in store.runs(group=race.id):
        by_role[run.role].append(run.facts["test_accuracy"])
    assert race.accuracies == {role: pytest.approx(sum(found) / 2) for role, found in by_role.items()}
    assert (race.first_dataset, race.last_dataset) == ("fashion-mnist-small",) * 2
    assert (single.states, single.accuracies, single.wall_s) == ({RunState.QUEUED: 1}, {}, None)
    assert (sweep.runs, sweep.states, sweep.first_dataset, sweep.pinned) == (0, {}, None, False)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (RunQuery(), ["sweep", "single", "race"]),
        (RunQuery(text="monday"), ["race"]),
        (RunQuery(text="SWEEP"), ["sweep"]),
        (RunQuery(text="-20"), ["single"]),
        (RunQuery(states=[RunState.DIVERGED]), ["race"]),
        (RunQuery(depths=[20]), ["single"]),
        (RunQuery(owner="me"), ["sweep", "race"]),
        (RunQuery(owner="you", text="plain"), []),
        (RunQuery(owner="you"), ["single"]),
        (RunQuery(pinned=True), []),
        (RunQuery(limit=1, offset=1), ["single"]),
    ],
    ids=str,
)
def test_a_group_is_found_by_its_runs_and_an_empty_one_by_itself(
    store: Store, groups: dict[str, str], query: RunQuery, expected: list[str]
) -> None:
    names = {group_id: name for name, group_id in groups.items()}
    assert [names[row.id] for row in rows(store, query)] == expected


def test_order_and_total(store: Store, groups: dict[str, str]) -> None:
    names = {group_id: name for name, group_id in groups.items()}
    page = store.library.find_groups(RunQuery(limit=2), "runs")
    assert ([names[row.id] for row in page.rows], page.total) == (["race", "single"], 3)
    page = store.library.find_groups(sort="wall_s", descending=False)
    assert [names[row.id] for row in page.rows] == ["race", "sweep", "single"], "unknown times come last"


def test_pins_and_deletions(store: Store, groups: dict[str, str]) -> None:
    runs = store.group(groups["race"]).run_ids
    store.library.label(runs[:1], Labels(pinned=True))
    assert not rows(store)[-1].pinned
    store.library.label(runs, Labels(pinned=True))
    assert (rows(store)[0].id, rows(store)[0].pinned) == (groups["race"], True)
    store.library.delete(runs[:1])
    assert rows(store)[0].runs == 3
    store.library.delete(runs)
    assert [row.kind for row in rows(store)] == ["sweep", "single"]
    store.library.restore(runs)
    assert rows(store)[0].runs == 4
