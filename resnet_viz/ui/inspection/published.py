"""Networks that others have trained on ImageNet: any one of them, or two side by side."""

from pathlib import Path
from typing import Final

import streamlit as st

from resnet_viz.data.obtain import file_path
from resnet_viz.inspection.zoo_weights import weights_of
from resnet_viz.locale import gettext as _
from resnet_viz.networks.torchvision_catalogue import ZOO, Family, ZooEntry
from resnet_viz.ui import server
from resnet_viz.ui.inspection.download_card import offer
from resnet_viz.ui.inspection.link import LINK
from resnet_viz.ui.inspection.networks import Network, Pair, Slot

_DEFAULT: Final = ("vgg16", "resnet18")
"""About equally deep and equally right; one is plain, the other residual."""
_NONE: Final = "none"
_CHOICE_PX: Final = 179
"""Two of them are as wide as a phone."""
_SLOTS: Final[dict[Family, Slot]] = {
    "vgg": "plain",
    "alexnet": "plain",
    "resnet": "residual",
    "densenet": "other",
}


def choose_published() -> Pair | None:
    """Show both choices, and what has to be downloaded; those that are here, None while none is."""
    with st.container(horizontal=True, gap="small", key="inspect_published"):
        left = _choose("left", _("First network"), list(ZOO), _DEFAULT[0])
        others = [name for name in ZOO if name != left]
        right = _choose(
            "right",
            _("Second network"),
            [*others, _NONE],
            _DEFAULT[1] if left != _DEFAULT[1] else _DEFAULT[0],
        )
    chosen = [ZOO[name] for name in (left, right) if name != _NONE]
    missing = [entry for entry in chosen if not _path(entry).exists()]
    if missing:
        offer(missing, server.store().home / "data")
    networks = _networks([entry for entry in chosen if entry not in missing])
    if not networks:
        return None
    return Pair("-".join(network.file_stem for network in networks), networks)


def _choose(parameter: str, label: str, names: list[str], default: str) -> str:
    return LINK.choose(
        parameter,
        names,
        default,
        lambda key: st.selectbox(
            label, names, format_func=_title, key=key, label_visibility="collapsed", width=_CHOICE_PX
        ),
    )


def _title(name: str) -> str:
    if name == _NONE:
        return _("None: look at one alone")
    entry = ZOO[name]
    # The same whether it is here or not: what is chosen is told by its text.
    return f"{entry.title} · {entry.size_bytes // 10**6} MB"


def _networks(entries: list[ZooEntry]) -> tuple[Network, ...]:
    """Each in the colour of its kind; the second of a kind in another."""
    networks: list[Network] = []
    for entry in entries:
        slot = _SLOTS[entry.family]
        if slot in {network.slot for network in networks}:
            slot = "other"
        version = _path(entry).stat().st_mtime_ns
        networks.append(Network(slot, entry.reference, version, title=entry.title))
    return tuple(networks)


def _path(entry: ZooEntry) -> Path:
    return file_path(weights_of(entry), server.store().home / "data")
