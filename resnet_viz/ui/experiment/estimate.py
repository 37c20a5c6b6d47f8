"""What a sweep will cost, asked of a short probe of this machine without holding up the page."""

import threading
from typing import Final

import streamlit as st

from resnet_viz.data.catalogue import info, shape_of
from resnet_viz.errors import ResnetVizError
from resnet_viz.events import RunState
from resnet_viz.experiments.estimates import BACKWARD, Estimate, evaluations, probed_depths
from resnet_viz.experiments.experiment import Cell, Experiment
from resnet_viz.jobs.calibrate import estimate_sweep, needs_probe
from resnet_viz.locale import gettext as _
from resnet_viz.networks.families import multiply_adds
from resnet_viz.store import Store
from resnet_viz.ui import server
from resnet_viz.ui.language import in_readers_language
from resnet_viz.wording import duration, number

MOST_UNASKED: Final = 2e11
"""Multiply-adds of a step with which opening a link may load this machine; a probe of more is asked for."""

_LOOK_S: Final = 0.7
_LEAD_S: Final = 2.0
"""A page that has just been opened has the processor to itself for as long."""


class Probes:
    """The probes of a server, one at a time, each in a thread that waits for its processes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[str] = set()
        self._refused: dict[str, ResnetVizError] = {}

    def start(self, store: Store, spec: Experiment, *, lead_s: float = 0.0) -> None:
        """Have the machine timed for ``spec`` after ``lead_s``, unless that is going on."""
        key = spec.digest()
        with self._lock:
            if key in self._running:
                return
            self._running.add(key)
            self._refused.pop(key, None)
        # A daemon: a server that closes does not wait for it.
        probe = threading.Timer(lead_s, self._probe, args=(store, spec, key))
        probe.daemon = True
        probe.start()

    def is_running(self, spec: Experiment) -> bool:
        """Whether the probe for ``spec`` is under way or waits for another."""
        with self._lock:
            return spec.digest() in self._running

    def refusal(self, spec: Experiment) -> ResnetVizError | None:
        """Why the probe for ``spec`` failed, where it did."""
        with self._lock:
            return self._refused.get(spec.digest())

    def _probe(self, store: Store, spec: Experiment, key: str) -> None:
        try:
            server.await_workers()  # while they import torch, steps take longer
            with server.background:
                estimate_sweep(store, spec)
        except ResnetVizError as error:
            with self._lock:
                self._refused[key] = error
        finally:
            with self._lock:
                self._running.discard(key)


def show_estimate(spec: Experiment, missing: list[Cell]) -> None:
    """One line: time, memory and work of the trainings in ``missing``; refreshes while a probe runs."""
    if not missing:
        st.caption(_("Nothing to train: all results of this sweep exist already."))
        return
    probes, store = _probes(), server.store()
    if needs_probe(store, spec) and not probes.is_running(spec) and _may_probe_unasked(spec):
        probes.start(store, spec, lead_s=_LEAD_S)
    running = probes.is_running(spec)
    st.fragment(_estimate, run_every=_LOOK_S if running else None)(spec, missing, running)


def known_estimate(spec: Experiment) -> Estimate | None:
    """The estimate for what ``spec`` lacks, where this machine has been timed for it."""
    store = server.store()
    return None if needs_probe(store, spec) else estimate_sweep(store, spec)


def work(missing: list[Cell]) -> int:
    """Multiply-adds to train ``missing``, tests included; known without timing anything."""
    total = 0
    for cell in missing:
        train = cell.run.train
        tested = evaluations(train) * info(cell.run.data.dataset).test_size
        images = train.steps * train.batch_size * (1 + BACKWARD) + tested
        total += images * multiply_adds(cell.run.network, shape_of(cell.run.data))
    return total


@in_readers_language
def _estimate(spec: Experiment, missing: list[Cell], was_running: bool) -> None:
    probes = _probes()
    if probes.is_running(spec) != was_running:
        st.rerun()  # begins or ends the refreshing
    steps = sum(cell.run.train.steps for cell in missing)
    todo = _("{runs} runs · {steps} steps · {work} multiply-adds").format(
        runs=len(missing), steps=f"{steps:,}", work=number(float(work(missing)))
    )
    if was_running:
        st.caption(f":material/timer: **{_('Timing a few steps on this machine …')}** · {todo}")
        return
    expected = known_estimate(spec)
    if expected is not None:
        line = _("about {time} on this machine · {memory} GiB of memory").format(
            time=duration(expected.wall_s), memory=f"{expected.memory_bytes / 2**30:.1f}"
        )
        st.caption(f":material/timer: **{line}** · {todo}")
        return
    refusal = probes.refusal(spec)
    if refusal is not None:
        st.caption(f":material/timer_off: {refusal}")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f":material/timer: {todo}", width="content")
        st.button(
            _("Estimate the time"),
            icon=":material/speed:",
            type="tertiary",
            on_click=_ask,
            args=(spec,),
            key="depth_estimate",
            help=_(
                "Times a few steps of the shallowest and of a deep network, with this machine fully loaded."
            ),
        )


def _ask(spec: Experiment) -> None:
    _probes().start(server.store(), spec)


def _may_probe_unasked(spec: Experiment) -> bool:
    """Not while others train: both would be slower, and the estimate too pessimistic."""
    if server.supervisor() is None or _probes().refusal(spec) is not None:
        return False
    busy = [RunState.RUNNING, RunState.QUEUED]
    if server.store().runs(states=busy, limit=1):
        return False
    deepest = probed_depths(spec.depths)[-1]
    images = spec.run.train.batch_size
    step = max(
        multiply_adds(cell.run.network, shape_of(cell.run.data)) * images * (1 + BACKWARD)
        for cell in spec.but(depths=(deepest,), seeds=1).cells()
    )
    return step <= MOST_UNASKED


@st.cache_resource(show_spinner=False)
def _probes() -> Probes:
    return Probes()
