"""What a sweep will cost, from a measurement of this machine that the page asks for and watches."""

import time
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final, NamedTuple

import streamlit as st

from resnet_viz.data.catalogue import shape_of
from resnet_viz.events import RunState
from resnet_viz.experiments.estimates import BACKWARD, probed_depths, work
from resnet_viz.experiments.experiment import Cell, Experiment
from resnet_viz.jobs.calibrate import ask_for_probe, known_estimate, known_probe
from resnet_viz.locale import gettext as _
from resnet_viz.networks.families import multiply_adds
from resnet_viz.store import MeasurementRecord
from resnet_viz.ui import server
from resnet_viz.ui.language import in_readers_language
from resnet_viz.ui.live.following import Following
from resnet_viz.ui.permissions import owner
from resnet_viz.wording import duration, number

MOST_UNASKED: Final = 2e11
"""Multiply-adds of a step with which opening a link may load this machine; a probe of more is asked for."""

_LOOK_S: Final = 0.7
_LEAD_S: Final = 2.0
"""A page that has just been opened has the processor to itself for as long."""
_WANTED: Final = "estimate_wanted"


class _Wanted(NamedTuple):
    """The sweep whose probe this visitor's page will ask for, not before ``due`` on the monotonic clock."""

    digest: str
    due: float
    is_unasked: bool


def show_estimate(spec: Experiment, missing: list[Cell]) -> None:
    """One line: time, memory and work of the trainings in ``missing``; refreshes while a probe runs."""
    if not missing:
        st.caption(_("Nothing to train: all results of this sweep exist already."))
        return
    probe = known_probe(server.store(), spec)
    if not _is_awaited(spec, probe) and _needs_probe(spec) and _may_probe_unasked(spec, probe):
        _want(spec, _LEAD_S, is_unasked=True)
    st.fragment(_estimate, run_every=_LOOK_S if _is_wanted(spec) else None)(
        spec, missing, _is_wanted(spec), _is_awaited(spec, probe)
    )


@in_readers_language
def _estimate(spec: Experiment, missing: list[Cell], was_wanted: bool, was_awaited: bool) -> None:
    _ask_when_due(spec)
    source = _Probe(spec)
    probe = source.read()
    if (_is_wanted(spec), _is_awaited(spec, probe)) != (was_wanted, was_awaited):
        st.rerun()  # begins or ends the waiting
    moving = was_awaited and not was_wanted
    Following(source, probe, _standing, key="depth_estimate", moving=moving).begin()
    steps = sum(cell.run.train.steps for cell in missing)
    todo = _("{runs} runs · {steps} steps · {work} multiply-adds").format(
        runs=len(missing), steps=f"{steps:,}", work=number(float(work(missing)))
    )
    if was_awaited:
        st.caption(f":material/timer: **{_awaited(probe)}** · {todo}")
        return
    expected = known_estimate(server.store(), spec)
    if expected is not None:
        line = _("about {time} on this machine · {memory} GiB of memory").format(
            time=duration(expected.wall_s), memory=f"{expected.memory_bytes / 2**30:.1f}"
        )
        st.caption(f":material/timer: **{line}** · {todo}")
        return
    if probe is not None and probe.failure is not None:
        st.caption(f":material/timer_off: {probe.failure}")
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
    _want(spec, 0.0, is_unasked=False)


def _want(spec: Experiment, lead_s: float, *, is_unasked: bool) -> None:
    st.session_state[_WANTED] = _Wanted(spec.digest(), time.monotonic() + lead_s, is_unasked)


def _ask_when_due(spec: Experiment) -> None:
    """Queue the probe that is wanted for ``spec``, unless somebody has begun to train: then nobody asked."""
    wanted: _Wanted | None = st.session_state.get(_WANTED)
    if wanted is None or wanted.digest != spec.digest():
        return
    store = server.store()
    if wanted.is_unasked and not _may_probe_unasked(spec, known_probe(store, spec)):
        del st.session_state[_WANTED]
        return
    one_at_a_time = wanted.is_unasked and store.measurements.under_way()
    if time.monotonic() < wanted.due or server.background.locked() or one_at_a_time:
        return
    ask_for_probe(store, spec, owner())
    server.wake()
    del st.session_state[_WANTED]


def _is_awaited(spec: Experiment, probe: MeasurementRecord | None) -> bool:
    """Whether the probe for ``spec`` is under way, or will be asked for."""
    return _is_wanted(spec) or (probe is not None and not probe.state.is_finished())


def _is_wanted(spec: Experiment) -> bool:
    wanted: _Wanted | None = st.session_state.get(_WANTED)
    return wanted is not None and wanted.digest == spec.digest()


@dataclass(frozen=True, slots=True)
class _Probe:
    """The probe of a recipe, to be followed."""

    spec: Experiment

    @property
    def key(self) -> Hashable:
        return server.store().home, "probe", self.spec.digest()

    def read(self) -> MeasurementRecord | None:
        """How it stands; None where nobody has asked for it."""
        return known_probe(server.store(), self.spec)


def _standing(probe: MeasurementRecord | None) -> str:
    """Also whether it waits behind trainings, which the page says."""
    return "" if probe is None else f"{probe.state} {_awaited(probe)}"


def _awaited(probe: MeasurementRecord | None) -> str:
    supervisor = server.supervisor()
    if supervisor is not None and supervisor.trouble is not None:
        return str(supervisor.trouble)
    waits = probe is not None and probe.state is RunState.QUEUED
    if waits and server.store().runs(states=[RunState.RUNNING], limit=1):
        return _("Timing a few steps on this machine: waiting for a free slot …")
    return _("Timing a few steps on this machine …")


def _needs_probe(spec: Experiment) -> bool:
    return known_estimate(server.store(), spec) is None


def _may_probe_unasked(spec: Experiment, probe: MeasurementRecord | None) -> bool:
    """Not while others train: both would be slower, and the estimate too pessimistic."""
    if server.supervisor() is None or (probe is not None and probe.state is not RunState.FINISHED):
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
