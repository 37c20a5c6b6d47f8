"""Who is next: owners take turns, and the networks of one depth and seed start side by side."""

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from heapq import heappop, heappush

from resnet_viz.store import QueueEntry

_Turn = tuple[str, int, int]


def in_turn(queued: Sequence[QueueEntry], running: Iterable[QueueEntry]) -> list[QueueEntry]:
    """``queued``, the oldest first, in the order in which the runs shall start.

    The owner with the fewest running comes first, then who has waited longest.
    Runs of one group, depth and seed are one turn, since they are compared with
    each other; the rest of a turn that has begun goes before all others. So a
    sweep, however large, lets others in when one of its turns is over.
    """
    running = list(running)
    load = Counter(run.owner for run in running)
    begun = {_turn(run) for run in running}
    turns: dict[str, dict[_Turn, list[QueueEntry]]] = {}
    arrival: dict[_Turn, int] = {}
    order: list[QueueEntry] = []
    for place, run in enumerate(queued):
        if _turn(run) in begun:
            order.append(run)
            load[run.owner] += 1
        else:
            arrival.setdefault(_turn(run), place)
            turns.setdefault(run.owner, {}).setdefault(_turn(run), []).append(run)
    waiting = {owner: deque(groups.items()) for owner, groups in turns.items()}
    heap: list[tuple[int, int, str]] = []
    for owner, groups in waiting.items():
        heappush(heap, (load[owner], arrival[groups[0][0]], owner))
    while heap:
        _, _, owner = heappop(heap)
        _, runs = waiting[owner].popleft()
        order += runs
        load[owner] += len(runs)
        if waiting[owner]:
            heappush(heap, (load[owner], arrival[waiting[owner][0][0]], owner))
    return order


def _turn(run: QueueEntry) -> _Turn:
    return run.group_id, run.depth, run.seed
