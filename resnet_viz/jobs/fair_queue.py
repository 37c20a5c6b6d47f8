"""Who is next: owners take turns, and the networks of one depth and seed start side by side."""

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from heapq import heappop, heappush

from resnet_viz.store import QueueEntry

_Turn = tuple[str, int, int]


def in_turn(
    queued: Sequence[QueueEntry], running: Iterable[QueueEntry], at_once: int = 2
) -> list[QueueEntry]:
    """``queued``, the oldest first, in the order in which the jobs shall start.

    The owner with the fewest running comes first, then who has waited longest.
    Runs of one group, depth and seed are one turn, since they are compared with
    each other, but no more of them than can run ``at_once``; the rest of a turn
    that has begun goes before all others. So a sweep, however large and of
    however many networks, lets others in from the next free slot on.

    Measurements take seconds, and somebody waits for each. An owner's come before
    the owner's runs; before the runs of others they come while they take less
    than half of what can run at once. So neither keeps the other waiting.
    """
    running = list(running)
    load = Counter(run.owner for run in running)
    begun = {_turn(run): -run.started % at_once for run in running}
    asked: dict[str, dict[_Turn, list[QueueEntry]]] = {}
    arrival: dict[str, int] = {}
    order: list[QueueEntry] = []
    for place, run in enumerate(queued):
        arrival[run.id] = place
        if begun.get(_turn(run), 0) > 0:
            begun[_turn(run)] -= 1
            order.append(run)
            load[run.owner] += 1
        else:
            asked.setdefault(run.owner, {}).setdefault(_turn(run), []).append(run)
    room = max(1, at_once // 2) - sum(run.is_measurement for run in running)
    for _ in range(room):
        questions = [run for turns in asked.values() for (run, *_) in turns.values() if run.is_measurement]
        if not questions:
            break
        first = min(questions, key=lambda run: (load[run.owner], arrival[run.id]))
        del asked[first.owner][_turn(first)]
        order.append(first)
        load[first.owner] += 1
    waiting = {owner: deque(_pieces(turns.values(), at_once)) for owner, turns in asked.items()}
    heap: list[tuple[int, int, str]] = []

    def line_up(owner: str) -> None:
        if pieces := waiting[owner]:
            run = next((piece for piece in pieces if not piece[0].is_measurement), pieces[0])
            oldest = min(arrival[pieces[0][0].id], arrival[run[0].id])  # who asks a question loses no place
            heappush(heap, (load[owner], oldest, owner))

    for owner in waiting:
        line_up(owner)
    while heap:
        _, _, owner = heappop(heap)
        runs = waiting[owner].popleft()
        order += runs
        load[owner] += len(runs)
        line_up(owner)
    return order


def _pieces(turns: Iterable[list[QueueEntry]], at_once: int) -> list[list[QueueEntry]]:
    """The turns of an owner in their order, none longer than what can run at once."""
    pieces = [turn[start : start + at_once] for turn in turns for start in range(0, len(turn), at_once)]
    return sorted(pieces, key=lambda piece: not piece[0].is_measurement)


def _turn(run: QueueEntry) -> _Turn:
    return run.group_id, run.depth, run.seed
