"""Whose turn it is."""

import random
from collections import Counter

from resnet_viz.events import RunState
from resnet_viz.jobs.fair_queue import in_turn
from resnet_viz.store import QueueEntry, Store
from tests.jobs.queue_runs import queue, spec


def run(name: str, group: str = "", depth: int = 8, seed: int = 0) -> QueueEntry:
    """Named ``<owner><rest>``; alone in its group unless one is given."""
    return QueueEntry(name, name[0], group or name, depth, seed, RunState.QUEUED)


def question(name: str) -> QueueEntry:
    """A measurement."""
    return run(name)._replace(is_measurement=True)


def sweep(owner: str, depths: int, seeds: int = 1) -> list[QueueEntry]:
    """Two networks for each depth and seed, in the order in which a sweep queues them."""
    return [
        run(f"{owner}{depth}{role}{seed}", f"{owner}-sweep", depth, seed)
        for seed in range(seeds)
        for depth in range(depths, 0, -1)
        for role in "pr"
    ]


def names(runs: list[QueueEntry]) -> list[str]:
    return [run.id for run in runs]


def owners(runs: list[QueueEntry]) -> str:
    return "".join(run.owner for run in runs)


def test_the_oldest_comes_first() -> None:
    assert names(in_turn([run("c"), run("a"), run("b")], [])) == ["c", "a", "b"]


def test_owners_alternate_however_much_one_asks_for() -> None:
    queued = [run(f"a{i}") for i in range(4)] + [run(f"b{i}") for i in range(2)]
    assert names(in_turn(queued, [])) == ["a0", "b0", "a1", "b1", "a2", "a3"]


def test_who_has_fewer_running_comes_first() -> None:
    running = [run("a8"), run("a9")]
    queued = [run("a0"), run("b0"), run("b1")]
    assert names(in_turn(queued, running)) == ["b0", "b1", "a0"]


def test_twins_start_side_by_side() -> None:
    queued = [
        run(f"{owner}{seed}{role}", owner, seed=seed) for owner in "ab" for seed in (0, 1) for role in "pr"
    ]
    assert names(in_turn(queued, [])) == ["a0p", "a0r", "b0p", "b0r", "a1p", "a1r", "b1p", "b1r"]


def test_the_twin_of_a_running_network_goes_first() -> None:
    running = [run("a0p", "race")]
    queued = [run("b0"), run("a0r", "race")]
    assert names(in_turn(queued, running)) == ["a0r", "b0"]


def test_a_race_starts_when_one_depth_of_a_large_sweep_is_over() -> None:
    """Twelve cells wait, two train; a race that comes now must not wait for all of them."""
    running, waiting = (cells := sweep("A", depths=7))[:2], cells[2:]
    race = [run("Bp", "race"), run("Br", "race")]
    assert owners(in_turn(waiting + race, running)) == "BB" + "A" * 12


def test_the_sweeps_of_two_owners_take_turns_by_depth() -> None:
    order = in_turn(sweep("A", depths=3, seeds=2) + sweep("B", depths=2), [])
    assert names(order)[:4] == ["A3p0", "A3r0", "B2p0", "B2r0"]
    assert owners(order) == "AABBAABB" + "A" * 8


def test_a_race_shares_the_machine_with_a_sweep_of_36_cells_from_the_next_free_slot_on() -> None:
    """Three networks a depth, two slots: the third must not keep the race waiting either."""
    cells = [
        run(f"A{depth}.{network}.{seed}", "A-sweep", depth, seed)
        for seed in range(3)
        for depth in (56, 44, 32, 20)
        for network in "prq"
    ]
    assert len(cells) == 36
    race = [run("Bp", "race"), run("Br", "race")]
    still_running = cells[1]._replace(started=2)  # the first has just ended
    order = in_turn(cells[2:] + race, [still_running], 2)
    assert names(order)[:2] == ["Bp", "Br"]
    queued, running, started = cells[2:] + race, [still_running], ""
    begun = Counter([(56, 0), (56, 0)])
    for _ in range(8):
        first = in_turn(queued, running, 2)[0]
        queued.remove(first)
        turn = (first.depth, first.seed)
        begun[turn] += first.owner == "A"
        running.append(first._replace(started=begun[turn] if first.owner == "A" else 1))
        started += first.owner
        running.pop(0)
    assert started.startswith("BB")
    assert started.count("A") == 6, "and then the sweep goes on"


def test_of_many_networks_of_one_depth_no_more_are_a_turn_than_can_run_at_once() -> None:
    queued = [run(f"A{network}", "sweep") for network in "abcde"] + [run("B")]
    assert owners(in_turn(queued, [], 2)) == "AABAAA"
    assert owners(in_turn(queued, [], 4)) == "AAAABA"
    second = run("Aa", "sweep")._replace(started=1)
    assert owners(in_turn(queued[1:], [second], 2)) == "ABAAA", "its neighbour starts beside it"


def test_a_question_comes_before_the_trainings_of_a_class() -> None:
    queued = [run(name) for name in "abcdef"] + [question("z0"), question("z1"), question("y0")]
    assert names(in_turn(queued, [], 2))[:2] == ["z0", "a"]
    assert names(in_turn(queued, [], 4))[:3] == ["z0", "y0", "a"]


def test_questions_take_no_more_than_half_before_others() -> None:
    queued = [run("a"), run("b"), *map(question, ("z0", "z1", "y0"))]
    assert names(in_turn(queued, [question("x0")], 2)) == ["a", "b", "z0", "y0", "z1"]


def test_one_s_own_question_comes_before_one_s_own_sweep() -> None:
    queued = [*sweep("A", depths=3), question("A?")]
    assert names(in_turn(queued, [question("B?")], 2))[0] == "A?"


def test_who_asks_a_question_loses_no_place() -> None:
    queued = [run("A1"), run("B1"), question("A?")]
    assert names(in_turn(queued, [question("C?")], 2)) == ["A?", "B1", "A1"]


def test_no_owner_is_ever_more_than_a_turn_behind() -> None:
    """Two slots, cells of random length: while both wait, neither starts three turns in a row."""
    source = random.Random(3)
    queued = sweep("A", depths=18) + sweep("B", depths=6)
    running: list[QueueEntry] = []
    started = ""
    while {entry.owner for entry in queued} == {"A", "B"}:
        while len(running) < 2:
            running.append(in_turn(queued, running)[0])
            queued.remove(running[-1])
            started += running[-1].owner
        running.pop(source.randrange(2))
    assert "AAAAA" not in started
    assert "BBBBB" not in started


def test_the_store_lists_the_oldest_first_and_a_group_in_its_order(own_store: Store) -> None:
    first = queue(own_store, [spec(seed=2), spec(seed=1)])
    second = queue(own_store, spec(device="mps"))
    entries = own_store.queue.entries([RunState.QUEUED])
    assert names(entries) == [*first, *second]
    assert [entry.seed for entry in entries] == [2, 1, 0]
    assert own_store.queue.devices([first[0], second[0]]) == {first[0]: "auto", second[0]: "mps"}


def test_nobody_is_left_out_or_overtaken() -> None:
    """Against the rule applied naively, one turn at a time."""
    source = random.Random(7)
    for _ in range(50):
        queued = [run(f"{source.choice('abc')}{i}") for i in range(source.randrange(12))]
        running = [run(f"{source.choice('abc')}r{i}") for i in range(source.randrange(4))]
        load = {owner: sum(r.owner == owner for r in running) for owner in "abc"}
        expected, left = [], list(queued)
        while left:
            turn = min(left, key=lambda r: (load[r.owner], queued.index(r)))
            left.remove(turn)
            load[turn.owner] += 1
            expected.append(turn.id)
        assert names(in_turn(queued, running)) == expected
