"""Whose turn it is."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from resnet_viz.jobs.fair_queue import in_turn
from resnet_viz.store import RunRecord, open_store
from tests.jobs.queue_runs import queue, spec


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    home: Path = tmp_path_factory.mktemp("home")
    store = open_store(home)
    record = store.run(queue(store, spec())[0])
    store.close()
    return record


def run(pattern: RunRecord, name: str, at: float, seed: int = 0, group: str = "") -> RunRecord:
    """Named ``<owner><rest>``; alone in its group unless one is given."""
    return replace(pattern, id=name, owner=name[0], created_at=at, seed=seed, group_id=group or name)


def names(runs: list[RunRecord]) -> list[str]:
    return [run.id for run in runs]


def test_the_oldest_comes_first(pattern: RunRecord) -> None:
    queued = [run(pattern, "c", 3), run(pattern, "a", 1), run(pattern, "b", 2)]
    assert names(in_turn(queued, [])) == ["a", "b", "c"]


def test_owners_alternate_however_much_one_asks_for(pattern: RunRecord) -> None:
    queued = [run(pattern, f"a{i}", 1 + i) for i in range(4)] + [
        run(pattern, f"b{i}", 10 + i) for i in range(2)
    ]
    assert names(in_turn(queued, [])) == ["a0", "b0", "a1", "b1", "a2", "a3"]


def test_who_has_fewer_running_comes_first(pattern: RunRecord) -> None:
    running = [run(pattern, "a8", 0), run(pattern, "a9", 0)]
    queued = [run(pattern, "a0", 1), run(pattern, "b0", 2), run(pattern, "b1", 3)]
    assert names(in_turn(queued, running)) == ["b0", "b1", "a0"]


def test_twins_start_side_by_side(pattern: RunRecord) -> None:
    queued = [
        run(pattern, f"{owner}{seed}{role}", at, seed, group=owner)
        for owner, at in (("a", 1.0), ("b", 2.0))
        for seed in (0, 1)
        for role in "pr"
    ]
    assert names(in_turn(queued, [])) == ["a0p", "a0r", "b0p", "b0r", "a1p", "a1r", "b1p", "b1r"]


def test_the_twin_of_a_running_network_goes_first(pattern: RunRecord) -> None:
    running = [run(pattern, "a0p", 5, group="race")]
    queued = [run(pattern, "b0", 1), run(pattern, "a0r", 5, group="race")]
    assert names(in_turn(queued, running)) == ["a0r", "b0"]


def test_nobody_is_left_out_or_overtaken(pattern: RunRecord) -> None:
    """Against the rule applied naively, one turn at a time."""
    source = random.Random(7)
    for _ in range(50):
        queued = [
            run(pattern, f"{source.choice('abc')}{i}", source.random()) for i in range(source.randrange(12))
        ]
        running = [run(pattern, f"{source.choice('abc')}r{i}", 0) for i in range(source.randrange(4))]
        load = {owner: sum(r.owner == owner for r in running) for owner in "abc"}
        expected, left = [], list(queued)
        while left:
            turn = min(left, key=lambda r: (load[r.owner], r.created_at))
            left.remove(turn)
            load[turn.owner] += 1
            expected.append(turn.id)
        assert names(in_turn(queued, running)) == expected
