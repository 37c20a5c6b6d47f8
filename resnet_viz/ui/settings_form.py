"""What the forms of Race and Depth have in common: presets, and all settings folded away."""

from typing import Any, Final

import streamlit as st

from resnet_viz.data.catalogue import DATASETS
from resnet_viz.errors import InvalidSetting
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.experiments.group_norm import group_words
from resnet_viz.experiments.settings import GROUPS, Setting
from resnet_viz.locale import gettext as _
from resnet_viz.specs import RunSpec
from resnet_viz.ui import address_bar, server
from resnet_viz.ui.choose_families import choose_families
from resnet_viz.ui.linked_form import LinkedForm
from resnet_viz.ui.translated import choose
from resnet_viz.wording import running_text, with_commas

_COLUMN_PX: Final = 350
"""The longest text that can be chosen fits into this, in both languages."""
_RESOLUTIONS_PX: Final = (None, 8, 14, 20, 28, 32)


def choose_preset(form: LinkedForm) -> str:
    """What could not be had of the link, the presets to choose from, and what the chosen one promises."""
    address_bar.tell(form.notices())
    presets = form.kind.presets
    has_gpu, linked = server.machine().has_gpu, form.preset()
    choose(
        st.pills,
        _("Preset"),
        [name for name, preset in presets.items() if has_gpu or not preset.needs_gpu or name == linked],
        lambda name: _(presets[name].title),
        key=form.preset_key,
        required=True,
        on_change=form.preset_changed,
        label_visibility="collapsed",
    )
    st.markdown(_(presets[form.preset()].promise))
    return form.preset()


def choose_seeds(form: LinkedForm) -> None:
    """The number of seeds."""
    setting = form.kind.settings["seeds"]
    least, most = setting.limits or (1, 1)
    st.select_slider(
        _(setting.label),
        range(int(least), int(most) + 1),
        key=form.key("seeds"),
        help=_(setting.help),
    )


def all_settings(form: LinkedForm, *, expanded: bool = False) -> None:
    """Every setting that has a group, one column for each where they fit without cutting a text."""
    with st.expander(_("All settings"), expanded=expanded, icon=":material/tune:"):
        _way_back(form)
        with st.grid(len(GROUPS), min_column_width=_COLUMN_PX, gap="large"):
            for group in GROUPS:
                with st.container():
                    st.markdown(f"**{_(group)}**")
                    for setting in sorted(form.kind.settings.values(), key=_is_of_one_network):
                        if setting.group == group:
                            _widget(form, setting)


def with_changes(summary: str, form: LinkedForm, preset: str, spec: Experiment) -> str:
    """``summary``, and after it the settings in which ``spec`` differs from ``preset``."""
    changed = _changed_titles(form, preset, spec)
    return (
        f"{summary} · {_('changed from the preset: {names}').format(names=changed)}" if changed else summary
    )


def in_short(run: RunSpec) -> dict[str, str]:
    """Steps, batch and images of ``run`` as a summary says them."""
    data = DATASETS[run.data.dataset]
    return {
        "steps": f"{run.train.steps:,}",
        "batch": str(run.train.batch_size),
        # The number of images follows anyway.
        "dataset": _(DATASETS["fashion-mnist" if data.bundled else data.name].title),
        "images": f"{run.data.train_size or data.train_size:,}",
        "side": str(run.data.resolution_px or data.image_px),
    }


def seeds_and_steps(spec: Experiment) -> tuple[str, str]:
    """How long each run trains, and from which seeds."""
    train = spec.run.train
    steps = _("{steps} steps").format(steps=f"{train.steps:,}")
    if spec.seeds > 1:
        return steps, _("seeds {first}–{last}").format(first=train.seed, last=train.seed + spec.seeds - 1)
    return steps, _("seed {seed}").format(seed=train.seed)


def _changed_titles(form: LinkedForm, preset: str, spec: Experiment) -> str:
    return with_commas(_(setting.label) for setting in form.kind.changed(preset, spec))


def _way_back(form: LinkedForm) -> None:
    try:
        changed = _changed_titles(form, form.preset(), form.asked_for())
    except InvalidSetting:  # widgets that contradict each other; the form says so
        changed = _changed_titles(form, *form.kept())
    if not changed:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_("Changed from the preset: {names}").format(names=changed), width="content")
        st.button(
            _("Back to the preset"),
            on_click=form.back_to_preset,
            type="tertiary",
            icon=":material/undo:",
            key=f"{form.page}_back",
        )


def _is_of_one_network(setting: Setting) -> bool:
    """Which network types there are stands before what each of them is like."""
    return not setting.is_own


def _widget(form: LinkedForm, setting: Setting) -> None:
    """The widget that fits ``setting``."""
    if setting.name == "families":
        choose_families(form)
        return
    same: dict[str, Any] = {
        "label": _(setting.label),
        "key": form.key(setting.name),
        "help": _(setting.help) or None,
    }
    if setting.name == "resolution":
        current = st.session_state[same["key"]]
        choose(
            st.selectbox,
            options=_RESOLUTIONS_PX if current in _RESOLUTIONS_PX else (*_RESOLUTIONS_PX, current),
            text=lambda side: f"{side} × {side} px" if side else _("as published"),
            **same,
        )
    elif setting.kind is bool:
        st.checkbox(**same)
    elif setting.texts:
        if setting.name == "block":
            same["on_change"] = form.blocks_changed
        if setting.name == "data":
            chosen = DATASETS[st.session_state[same["key"]]]
            same["help"] += "\n\n" + _("Licence: {licence}").format(licence=_(chosen.licence))
        if setting.name == "norm":
            width = int(st.session_state[form.key("width")])
            same["help"] = running_text((same["help"], str(group_words(width))))
        choose(st.selectbox, options=list(setting.texts), text=lambda name: _(setting.texts[name]), **same)
    else:
        _number(form, setting, same)


def _number(form: LinkedForm, setting: Setting, same: dict[str, Any]) -> None:
    as_number = float if setting.kind is float else int
    least, most = setting.limits or (0, 0)
    if setting.name == "images":
        everything = DATASETS[st.session_state[form.key("data")]].train_size
        same |= {"value": None, "placeholder": _("all {number}").format(number=f"{everything:,}")}
    if as_number is float:
        same["format"] = "%g"
    st.number_input(
        min_value=as_number(least), max_value=as_number(most), step=as_number(setting.step), **same
    )
