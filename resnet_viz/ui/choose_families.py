"""Which network types an experiment has, and the depths that they leave to choose from."""

from collections.abc import Sequence

import streamlit as st

from resnet_viz.errors import InvalidSetting
from resnet_viz.figures.families import family_name
from resnet_viz.locale import gettext as _
from resnet_viz.networks.families import OFFERED, network_type, possible_depths
from resnet_viz.specs import NetworkSpec
from resnet_viz.ui.linked_form import LinkedForm
from resnet_viz.ui.translated import choose


def choose_families(form: LinkedForm) -> None:
    """The network types, of those offered or typed."""
    setting, key = form.kind.settings["families"], form.key("families")
    choose(
        st.multiselect,
        _(setting.label),
        list(dict.fromkeys((*OFFERED, *st.session_state[key]))),
        _title,
        key=key,
        accept_new_options=True,
        on_change=form.blocks_changed,
        placeholder=_("Choose at least one network type"),
        help=_(setting.help),
    )


def lacks_families(form: LinkedForm) -> str:
    """A sentence where no network type is chosen; else empty."""
    return "" if st.session_state[form.key("families")] else _("Choose at least one network type.")


def legal_depths(form: LinkedForm) -> list[int]:
    """Depths that the chosen types can be compared at; those of the block while one is unknown."""
    return _depths(form, st.session_state[form.key("families")])


def depths_of_first(form: LinkedForm) -> list[int]:
    """The legal depths that the types of the first one's family have; others take their nearest."""
    try:
        kinds = [network_type(name) for name in st.session_state[form.key("families")]]
    except InvalidSetting:
        kinds = []
    return _depths(form, [kind.name for kind in kinds if kind.family is kinds[0].family])


def _depths(form: LinkedForm, families: Sequence[str]) -> list[int]:
    base = NetworkSpec.model_construct(block=st.session_state[form.key("block")])
    try:
        return possible_depths(families, base)
    except InvalidSetting:
        return possible_depths((), base)


def _title(name: str) -> str:
    try:
        return family_name(network_type(name).name)
    except InvalidSetting:
        return name
