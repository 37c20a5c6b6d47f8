"""What to race: preset, depth, one button, and every other setting behind an expander."""

from typing import Any

import streamlit as st

from resnet_viz.data.catalogue import DATASETS, fitted
from resnet_viz.errors import InvalidSetting
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.presets import PRESETS
from resnet_viz.specs import MAX_DEPTH, RaceSpec, legal_depths
from resnet_viz.ui import labels
from resnet_viz.ui.race_link import CUSTOM, DEFAULT_PRESET, PRESET_NAMES, changed_settings, preset_race
from resnet_viz.ui.race_state import (
    PRESET_KEY,
    SHOWN_DEPTH,
    asked_for,
    keep,
    notices,
    open_race,
    put_into_widgets,
    race_id,
    widget_key,
)

_RESOLUTIONS_PX = (None, 8, 14, 20, 28, 32)
_CUSTOM_PROMISE = N_(
    "Change anything under “All settings”; the two networks still differ in nothing but the shortcut."
)


def race_form() -> RaceSpec | None:
    """Show the form; the race to start when the button was pressed with settings that can be had."""
    with st.container(border=True, key="race_form_card"):
        for notice in notices():
            st.warning(notice, icon=":material/link_off:")
        preset = st.segmented_control(
            _("Experiment"),
            PRESET_NAMES,
            format_func=_preset_title,
            key=PRESET_KEY,
            required=True,
            on_change=_preset_changed,
            label_visibility="collapsed",
        )
        preset = preset or DEFAULT_PRESET
        st.markdown(_(PRESETS[preset].promise if preset in PRESETS else _CUSTOM_PROMISE))
        depth_column, seeds_column, button_column = st.columns(
            [5, 3, 3], vertical_alignment="bottom", gap="medium"
        )
        with depth_column:
            _depth()
        with seeds_column:
            st.select_slider(
                _title("seeds"),
                range(1, RaceSpec.MAX_SEEDS + 1),
                key=widget_key("seeds"),
                help=_(
                    "Each seed starts from other weights and draws other batches; "
                    "the charts show mean and band."
                ),
            )
        summary = st.empty()
        _all_settings(expanded=preset == CUSTOM)
        race = _checked_race()
        if race is not None:
            keep(race)
            summary.caption(_summary(race, preset))
        with button_column:
            pressed = st.button(
                _("Start the race"),
                type="primary",
                icon=":material/play_arrow:",
                width="stretch",
                disabled=race is None,
                key="race_start",
            )
    return race if pressed else None


def _checked_race() -> RaceSpec | None:
    try:
        race = asked_for()
        for member in race.members():
            fitted(member)
    except InvalidSetting as refusal:
        st.error(str(refusal), icon=":material/block:")
        return None
    return race


def _preset_title(preset: str) -> str:
    return _(PRESETS[preset].title) if preset in PRESETS else _("Custom")


def _preset_changed() -> None:
    preset = st.session_state[PRESET_KEY] or DEFAULT_PRESET
    if preset != CUSTOM:
        put_into_widgets(preset, preset_race(preset))


def _back_to_preset() -> None:
    preset = st.session_state[PRESET_KEY]
    open_race(race_id(), preset, preset_race(preset))


def _summary(race: RaceSpec, preset: str) -> str:
    run = race.run
    info = DATASETS[run.data.dataset]
    side = run.data.resolution_px or info.image_px
    images = run.data.train_size or info.train_size
    text = _(
        "{networks} networks · {steps} steps of {batch} images · {dataset}, {images} images "
        "at {side}×{side} px"
    ).format(
        networks=2 * race.seeds,
        steps=f"{run.train.steps:,}",
        batch=run.train.batch_size,
        # The number of images follows anyway.
        dataset=_(DATASETS["fashion-mnist" if info.bundled else info.name].title),
        images=f"{images:,}",
        side=side,
    )
    changed = ", ".join(_title(name) for name in changed_settings(preset, race))
    return f"{text} · {_('changed from the preset: {names}').format(names=changed)}" if changed else text


def _depth() -> None:
    block = st.session_state[widget_key("block")]
    deepest = max(SHOWN_DEPTH, st.session_state[widget_key("depth")])
    explanation = _(
        "Layers with weights on the main path: 6n+2, with bottlenecks 9n+2; up to {most} in a link."
    )
    st.select_slider(
        _title("depth"),
        legal_depths(block, up_to=deepest),
        key=widget_key("depth"),
        help=explanation.format(most=MAX_DEPTH),
    )


def _all_settings(*, expanded: bool) -> None:
    with st.expander(_("All settings"), expanded=expanded, icon=":material/tune:"):
        changed = changed_settings(st.session_state[PRESET_KEY], _shown_race())
        if changed:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.caption(
                    _("Changed from the preset: {names}").format(names=", ".join(map(_title, changed))),
                    width="content",
                )
                st.button(
                    _("Back to the preset"), on_click=_back_to_preset, type="tertiary", icon=":material/undo:"
                )
        data, network, training, measuring = st.columns(4, gap="large")
        with data:
            st.markdown(f"**{_('Images')}**")
            _data_settings()
        with network:
            st.markdown(f"**{_('Networks')}**")
            _network_settings()
        with training:
            st.markdown(f"**{_('How to train')}**")
            _training_settings()
        with measuring:
            st.markdown(f"**{_('Schedule and machine')}**")
            _machine_settings()


def _shown_race() -> RaceSpec:
    """The race in the widgets, or the preset where they contradict each other."""
    try:
        return asked_for()
    except InvalidSetting:
        return preset_race(st.session_state[PRESET_KEY])


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


def _network_settings() -> None:
    _whole("width", 1, 512)
    _choice("block", labels.BLOCKS)
    shortcuts = {name: text for name, text in labels.SHORTCUTS.items() if name != "none"}
    _choice(
        "shortcut",
        shortcuts,
        _("Option A adds no parameters: both networks then have exactly the same."),
    )
    _choice("norm", labels.NORMS)
    _choice("init", labels.INITS)


def _training_settings() -> None:
    _whole("steps", 1, 1_000_000, step=50)
    _whole("batch", 2, 4096, step=16)
    _choice("optimizer", labels.OPTIMIZERS)
    _real("lr", 0.0, 100.0, step=0.01)
    _real("momentum", 0.0, 1.0, step=0.05)
    _real("decay", 0.0, 1.0, step=1e-4)


def _machine_settings() -> None:
    _choice("schedule", labels.SCHEDULES)
    _whole("warmup", 0, 1_000_000, step=10)
    _choice("precision", labels.PRECISIONS)
    _choice("device", labels.DEVICES)
    _whole("evaluate", 1, 1_000_000, step=10)
    _whole("probe", 1, 1_000_000, step=5)
    _whole("seed", 0, 2**31 - 1)


def _title(name: str) -> str:
    return labels.label(labels.SETTINGS, name)


def _choice(name: str, texts: dict[str, str], explanation: str | None = None) -> None:
    st.selectbox(
        _title(name),
        list(texts),
        format_func=lambda value: labels.label(texts, value),
        key=widget_key(name),
        help=explanation,
    )


def _whole(name: str, least: int, most: int, *, step: int = 1) -> None:
    st.number_input(_title(name), min_value=least, max_value=most, step=step, key=widget_key(name))


def _real(name: str, least: float, most: float, *, step: float) -> None:
    limits: dict[str, Any] = {"min_value": least, "max_value": most, "step": step, "format": "%g"}
    st.number_input(_title(name), key=widget_key(name), **limits)
