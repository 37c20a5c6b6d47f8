"""Who is next: fair between owners, and the two networks of a race side by side."""

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from heapq import heappop, heappush

from resnet_viz.store import RunRecord


def in_turn(queued: Sequence[RunRecord], running: Iterable[RunRecord]) -> list[RunRecord]:
    """``queued``, as the store lists them, in the order in which the runs shall start.

    The owner with the fewest running comes first, then who has waited longest.
    Runs of one group and seed are one turn, since they are watched together; a
    run whose twin is training already goes before all others.
    """
    running = list(running)
    load = Counter(run.owner for run in running)
    begun = {_turn(run) for run in running}
    turns: dict[str, dict[tuple[str, int], list[RunRecord]]] = {}
    arrival: dict[tuple[str, int], int] = {}
    order: list[RunRecord] = []
    # A stable sort: runs of a group share their time and stay in the group's order.
    for place, run in enumerate(sorted(queued, key=lambda run: run.created_at)):
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


def _turn(run: RunRecord) -> tuple[str, int]:
    return run.group_id, run.seed
