"""What to sweep: preset, families, depths, seeds, one button, and everything else behind an expander."""

from dataclasses import dataclass
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from resnet_viz.data.catalogue import DATASETS
from resnet_viz.errors import InvalidSetting
from resnet_viz.events import RunState
from resnet_viz.figures.families import family_name
from resnet_viz.jobs.sweeps import fitted_sweep, planned_cells, queue_order
from resnet_viz.locale import gettext as _
from resnet_viz.specs import MAX_DEPTH, NetworkSpec
from resnet_viz.sweeps import SWEEP_PRESETS, Cell, SweepSpec, family
from resnet_viz.ui import labels, server
from resnet_viz.ui.depth_estimate import show_estimate
from resnet_viz.ui.depth_link import DEFAULT_PRESET, changed_settings, depths_of, legalised, preset_sweep
from resnet_viz.ui.depth_settings import all_settings
from resnet_viz.ui.depth_state import (
    PRESET_KEY,
    SHOWN_DEPTH,
    asked_for,
    keep,
    notices,
    put_into_widgets,
    widget_key,
)

FAMILIES: Final = (
    "plain",
    "residual",
    "residual+projection",
    "residual+all-projection",
    "plain+preactivation",
    "residual+preactivation",
    "plain+bottleneck",
    "residual+bottleneck",
    "plain+group",
    "residual+group",
    "plain+no-norm",
    "residual+no-norm",
)
"""To choose from; any other that `sweeps.family` reads can be typed."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form asks for: the sweep, fitted to its data, and the cells of it that nobody trained."""

    spec: SweepSpec
    missing: list[Cell]


def depth_form() -> tuple[Asked | None, DeltaGenerator]:
    """Show the form; what it asks for (None where that cannot be had), and the place for its button."""
    for notice in notices():
        st.warning(notice, icon=":material/link_off:")
    st.segmented_control(
        _("Preset"),
        list(SWEEP_PRESETS),
        format_func=lambda name: _(SWEEP_PRESETS[name].title),
        key=PRESET_KEY,
        required=True,
        on_change=_preset_changed,
        label_visibility="collapsed",
    )
    preset = st.session_state[PRESET_KEY] or DEFAULT_PRESET
    st.markdown(_(SWEEP_PRESETS[preset].promise))
    families, seeds = st.columns([7, 3], gap="medium")
    with families:
        _families()
    with seeds:
        st.select_slider(
            labels.label(labels.SETTINGS, "seeds"),
            range(1, SweepSpec.MAX_SEEDS + 1),
            key=widget_key("seeds"),
            help=_("Each seed is one point per depth; from two on there are a mean and a 95 % interval."),
        )
    _depths()
    summary, button = st.columns([7, 3], vertical_alignment="bottom", gap="medium")
    all_settings(preset)
    try:
        sweep = asked_for()
        fitted = fitted_sweep(sweep)
        known = {
            place.cell for place in planned_cells(server.store(), fitted) if place.state is RunState.FINISHED
        }
    except InvalidSetting as refusal:
        st.error(_refusal(refusal), icon=":material/block:")
        return None, button
    keep(sweep)
    missing = [cell for cell in queue_order(fitted) if cell not in known]
    with summary, st.container(gap="xsmall"):
        st.caption(_summary(sweep, preset, len(known)))
        show_estimate(fitted, missing)
    return Asked(fitted, missing), button


def _families() -> None:
    current: list[str] = st.session_state[widget_key("families")]
    st.multiselect(
        _("Families"),
        list(dict.fromkeys((*FAMILIES, *current))),
        format_func=_family_title,
        key=widget_key("families"),
        accept_new_options=True,
        on_change=_keep_depths_legal,
        placeholder=_("Choose at least one family"),
        help=_(
            "Plain and residual networks and their variants. Others can be typed, such as "
            "residual+projection+no-norm."
        ),
    )


def _depths() -> None:
    chosen: list[int] = st.session_state[widget_key("depths")]
    legal = _legal()
    shown = sorted({depth for depth in legal if depth <= SHOWN_DEPTH} | set(chosen))
    pills, more = st.columns([7, 3], vertical_alignment="bottom", gap="medium")
    pills.pills(
        _("Depths"),
        shown,
        selection_mode="multi",
        key=widget_key("depths"),
        wrap=True,
        help=_(
            "Layers with weights on the main path: 6n+2, with bottlenecks 9n+2; only depths that all "
            "chosen families have."
        ),
    )
    with more.popover(_("A range of depths"), icon=":material/linear_scale:", width="stretch"):
        _range(legal)


def _range(legal: list[int]) -> None:
    """From, to, every how many: sets the depths at once, beyond those to press as well."""
    unit = legal[1] - legal[0] if len(legal) > 1 else 1
    first, last = st.columns(2)
    low = first.number_input(_("From"), legal[0], legal[-1], legal[0], unit, key="depth_from")
    high = last.number_input(_("To"), legal[0], legal[-1], min(56, legal[-1]), unit, key="depth_to")
    every = st.select_slider(
        _("Every … layers"), [unit * n for n in (1, 2, 3, 4, 6, 9)], unit * 2, key=f"depth_every_{unit}"
    )
    st.caption(_("Up to depth {most}.").format(most=MAX_DEPTH))
    st.button(
        _("Take these depths"),
        on_click=_take_range,
        args=(low, high, every),
        width="stretch",
        key="depth_range",
    )


def _take_range(low: int, high: int, every: int) -> None:
    legal = [depth for depth in _legal() if low <= depth <= high]
    if legal:
        st.session_state[widget_key("depths")] = [d for d in legal if (d - legal[0]) % every == 0]


def _legal() -> list[int]:
    """Depths that all chosen families have; those of the block alone while a family is unknown."""
    base = NetworkSpec.model_construct(block=st.session_state[widget_key("block")])
    try:
        return depths_of(st.session_state[widget_key("families")], base)
    except InvalidSetting:
        return depths_of((), base)


def _keep_depths_legal() -> None:
    key = widget_key("depths")
    base = NetworkSpec.model_construct(block=st.session_state[widget_key("block")])
    try:
        st.session_state[key] = list(
            legalised(st.session_state[key], st.session_state[widget_key("families")], base)
        )
    except InvalidSetting:
        return  # an unknown family; the form says so


def _preset_changed() -> None:
    preset = st.session_state[PRESET_KEY] or DEFAULT_PRESET
    put_into_widgets(preset, preset_sweep(preset))


def _family_title(name: str) -> str:
    try:
        return family_name(family(name).name)
    except InvalidSetting:
        return name


def _summary(sweep: SweepSpec, preset: str, known: int) -> str:
    run = sweep.run
    data = DATASETS[run.data.dataset]
    side = run.data.resolution_px or data.image_px
    text = _(
        "{cells} cells of {steps} steps · {batch} images a step · {dataset}, {images} at {side}×{side} px"
    ).format(
        cells=len(sweep.families) * len(sweep.depths) * sweep.seeds,
        steps=f"{run.train.steps:,}",
        batch=run.train.batch_size,
        dataset=_(DATASETS["fashion-mnist" if data.bundled else data.name].title),
        images=f"{run.data.train_size or data.train_size:,}",
        side=side,
    )
    if known:
        text += " · " + _("{known} already trained, will be reused").format(known=known)
    changed = ", ".join(labels.label(labels.SETTINGS, name) for name in changed_settings(preset, sweep))
    return f"{text} · {_('changed from the preset: {names}').format(names=changed)}" if changed else text


def _refusal(refusal: InvalidSetting) -> str:
    if not st.session_state[widget_key("families")]:
        return _("Choose at least one family.")
    if not st.session_state[widget_key("depths")]:
        return _("Choose at least one depth.")
    return str(refusal)
