"""Waiting for what other processes do, with a deadline instead of a guess."""

import time
from collections.abc import Callable, Collection, Iterable

from resnet_viz.events import RunState
from resnet_viz.store import Store

ENDED = frozenset(state for state in RunState if state.is_finished())


def until(condition: Callable[[], object], within_s: float = 90.0) -> None:
    """Return once ``condition`` holds; fail the test if it does not in time."""
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, f"not within {within_s:g} s"
        time.sleep(0.01)


def until_state(
    store: Store,
    run_ids: str | Iterable[str],
    states: RunState | Collection[RunState] = ENDED,
    within_s: float = 90.0,
) -> None:
    """Return once every run is in one of ``states``."""
    ids = [run_ids] if isinstance(run_ids, str) else list(run_ids)
    wanted = {states} if isinstance(states, RunState) else set(states)
    until(lambda: all(store.run(run_id).state in wanted for run_id in ids), within_s)
