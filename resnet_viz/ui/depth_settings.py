"""The settings of a sweep's recipe, all of them, folded away."""

from typing import Any, Final

import streamlit as st

from resnet_viz.data.catalogue import DATASETS
from resnet_viz.errors import InvalidSetting
from resnet_viz.locale import gettext as _
from resnet_viz.specs import NetworkSpec
from resnet_viz.ui import labels
from resnet_viz.ui.depth_link import changed_settings, legalised, preset_sweep
from resnet_viz.ui.depth_state import asked_for, kept, put_into_widgets, widget_key

_RESOLUTIONS_PX: Final = (None, 8, 14, 20, 28, 32)


def all_settings(preset: str) -> None:
    """Everything but families, depths and seeds."""
    with st.expander(_("All settings"), icon=":material/tune:"):
        _way_back(preset)
        data, network, training, measuring = st.columns(4, gap="large")
        with data:
            st.markdown(f"**{_('Images')}**")
            _data_settings()
        with network:
            st.markdown(f"**{_('Networks')}**")
            _whole("width", 1, 512)
            _choice("block", labels.BLOCKS, on_change=_block_changed)
            _choice("norm", labels.NORMS)
            _choice("init", labels.INITS)
        with training:
            st.markdown(f"**{_('How to train')}**")
            _whole("steps", 1, 1_000_000, step=50)
            _whole("batch", 2, 4096, step=16)
            _choice("optimizer", labels.OPTIMIZERS)
            _real("lr", 100.0, step=0.01)
            _real("momentum", 1.0, step=0.05)
            _real("decay", 1.0, step=1e-4)
        with measuring:
            st.markdown(f"**{_('Schedule and machine')}**")
            _choice("schedule", labels.SCHEDULES)
            _whole("warmup", 0, 1_000_000, step=10)
            _choice("precision", labels.PRECISIONS)
            _choice("device", labels.DEVICES)
            _whole("evaluate", 1, 1_000_000, step=10)
            _whole("probe", 1, 1_000_000, step=5)
            _whole("seed", 0, 2**31 - 1)


def _way_back(preset: str) -> None:
    try:
        changed = changed_settings(preset, asked_for())
    except InvalidSetting:
        changed = changed_settings(preset, kept()[1])
    if not changed:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        names = ", ".join(labels.label(labels.SETTINGS, name) for name in changed)
        st.caption(_("Changed from the preset: {names}").format(names=names), width="content")
        st.button(
            _("Back to the preset"),
            on_click=_back,
            args=(preset,),
            type="tertiary",
            icon=":material/undo:",
            key="depth_back",
        )


def _back(preset: str) -> None:
    put_into_widgets(preset, preset_sweep(preset))


def _block_changed() -> None:
    key = widget_key("depths")
    base = NetworkSpec.model_construct(block=st.session_state[widget_key("block")])
    try:
        families = st.session_state[widget_key("families")]
        st.session_state[key] = list(legalised(st.session_state[key], families, base))
    except InvalidSetting:
        return  # an unknown family; the form says so


def _data_settings() -> None:
    st.selectbox(
        _title("data"),
        list(DATASETS),
        format_func=lambda name: _(DATASETS[name].title),
        key=widget_key("data"),
        help=_("The first one comes with the app; the others are downloaded when first used."),
    )
    chosen = DATASETS[st.session_state[widget_key("data")]]
    st.number_input(
        _title("images"),
        min_value=10,
        max_value=1_000_000,
        value=None,
        step=1000,
        placeholder=_("all {number}").format(number=f"{chosen.train_size:,}"),
        key=widget_key("images"),
    )
    current = st.session_state[widget_key("resolution")]
    sides = _RESOLUTIONS_PX if current in _RESOLUTIONS_PX else (*_RESOLUTIONS_PX, current)
    st.selectbox(
        _title("resolution"),
        sides,
        format_func=lambda side: f"{side} × {side} px" if side else _("as published"),
        key=widget_key("resolution"),
    )
    _choice("augmentation", labels.AUGMENTATIONS)


def _title(name: str) -> str:
    return labels.label(labels.SETTINGS, name)


def _choice(name: str, texts: dict[str, str], **more: Any) -> None:
    st.selectbox(
        _title(name),
        list(texts),
        format_func=lambda value: labels.label(texts, value),
        key=widget_key(name),
        **more,
    )


def _whole(name: str, least: int, most: int, *, step: int = 1) -> None:
    st.number_input(_title(name), min_value=least, max_value=most, step=step, key=widget_key(name))


def _real(name: str, most: float, *, step: float) -> None:
    limits: dict[str, Any] = {"min_value": 0.0, "max_value": most, "step": step, "format": "%g"}
    st.number_input(_title(name), key=widget_key(name), **limits)
