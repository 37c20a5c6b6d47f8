"""What lives as long as the server: the history of runs, the supervisor of the workers, the inspector."""

import logging
import threading
import time
from pathlib import Path
from typing import Final

import streamlit as st

from resnet_viz.errors import ResnetVizError, StoreUnavailable
from resnet_viz.events import RunState
from resnet_viz.inspection.fetches import Fetches
from resnet_viz.inspection.lanes import is_long
from resnet_viz.jobs.capacity import Capacity, Machine
from resnet_viz.jobs.inspector import Inspector
from resnet_viz.jobs.measurements import remove_old
from resnet_viz.jobs.supervisor import Supervisor
from resnet_viz.store import Store, home_folder, open_store
from resnet_viz.store.library import UNDO_S
from resnet_viz.ui.live.feed import Feed

INSPECTOR_THREADS: Final = 1
"""One image keeps one thread busy; two would mostly wait for each other."""

_ROOMY_BYTES: Final = 6 * 2**30
"""With less memory the inspector, 0.5 GB, is opened by who visits the Inspect page."""
_LEAD_S: Final = 4.0
"""The first page has the processor to itself for as long; then the workers import torch."""
_LOOK_EVERY_S: Final = 0.25

background: Final = threading.Lock()
"""Held by what loads the machine without being asked to, so that one thing does at a time."""

_log = logging.getLogger(__name__)
_supervisors: dict[Path, Supervisor] = {}
_inspectors: dict[Path, Inspector] = {}
_feeds: dict[Path, Feed] = {}
_opening = threading.Lock()
_wanted = threading.Event()


def start() -> None:
    """Open the history and start the supervisor; where the history cannot be opened, the log says why.

    Pages say so too. Nothing trains then until the server is started again.
    """
    home = home_folder()
    try:
        history = _open(home)
    except StoreUnavailable:
        _log.exception("the history of runs cannot be opened")
        return
    _supervisors[home] = Supervisor(history)
    _wanted.clear()
    threading.Thread(target=_begin, args=(_supervisors[home], history), name="begin", daemon=True).start()


def close() -> None:
    """Close the supervisor, gracefully, and the inspector."""
    running = _supervisors.pop(home_folder(), None)
    _wanted.set()
    close_inspector()
    if running is not None:
        running.close()


def purge_old(store: Store) -> None:
    """Remove what was deleted a week ago and old measurements; where that fails, the log says why."""
    try:
        remove_old(store)
        gone = store.library.purge(UNDO_S)
    except StoreUnavailable:
        _log.warning("what is old could not all be removed", exc_info=True)
        return
    if gone:
        _log.info("removed %d runs that had been deleted", len(gone))


def store() -> Store:
    """The history of runs; raises `StoreUnavailable`."""
    return _open(home_folder())


def supervisor() -> Supervisor | None:
    """What runs the jobs; none where a script runs without the server, as in tests."""
    return _supervisors.get(home_folder())


def wake() -> None:
    """Let the supervisor look at the queue now instead of at its next round."""
    _wanted.set()
    running = supervisor()
    if running is not None:
        running.wake()


def inspector() -> Inspector:
    """Who answers questions about networks; opens, without waiting, when first asked for."""
    home = home_folder()
    with _opening:
        if home not in _inspectors:
            _inspectors[home] = Inspector(
                home, threads=INSPECTOR_THREADS, is_long=is_long, first_question="prepare"
            )
            _inspectors[home].warm()
        return _inspectors[home]


def machine() -> Machine:
    """What this machine has, as far as it is known by now; a GPU once the first worker has looked."""
    running = supervisor()
    return running.machine if running is not None else Machine.here()


def slots(device: str) -> int:
    """How many runs that ask for ``device`` train at once."""
    running, here = supervisor(), machine()
    capacity = running.capacity if running is not None else Capacity.of(here)
    return capacity.slots(here.device_kind(device))


def feed() -> Feed:
    """What pages of this server follow."""
    home = home_folder()
    with _opening:
        if home not in _feeds or _feeds[home].closed:
            _feeds[home] = Feed()
        return _feeds[home]


def let_viewers_go() -> None:
    """End the answers that would go on as long as somebody watches; for signal handlers."""
    for live in _feeds.values():
        live.close()


def fetches() -> Fetches:
    """The downloads of published weights."""
    return _fetches_of(home_folder())


def await_workers() -> None:
    """Return when a worker is ready, or none is to be expected."""
    while (running := supervisor()) is not None and not running.machine.devices and not running.trouble:
        time.sleep(_LOOK_EVERY_S)


def _begin(running: Supervisor, history: Store) -> None:
    """Start the workers, after the first page or for the first run; then do what nobody waits for."""
    _wanted.wait(_LEAD_S)
    if supervisor() is not running:
        return
    running.start()
    purge_old(history)
    await_workers()
    _warm_inspector(running, history)


def _warm_inspector(running: Supervisor, history: Store) -> None:
    """Open the inspector when nobody needs the processor."""
    if running.machine.memory_bytes < _ROOMY_BYTES:
        return
    while supervisor() is running:
        try:
            training = history.runs(states=[RunState.QUEUED, RunState.RUNNING], limit=1)
            measuring = history.measurements.under_way()
        except StoreUnavailable:
            return  # pages say so
        if not training and not measuring:
            break
        time.sleep(_LOOK_EVERY_S)
    with background:
        try:
            if supervisor() is running:
                inspector().ask("prepare")
        except ResnetVizError:
            if supervisor() is running:
                _log.exception("the inspector could not be prepared")


def close_inspector() -> None:
    """End the inspector's process, where there is one."""
    with _opening:
        closing = _inspectors.pop(home_folder(), None)
    if closing is not None:
        closing.close()


@st.cache_resource(show_spinner=False)
def _open(home: Path) -> Store:
    return open_store(home)


@st.cache_resource(show_spinner=False)
def _fetches_of(home: Path) -> Fetches:
    return Fetches(home / "data")
