"""Maps to take away: pictures, numbers, a figure with both networks, and the program that makes them."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from resnet_viz.attribution.methods import METHODS, AttributionOptions
from resnet_viz.data.catalogue import shape_of
from resnet_viz.exports.map_script import map_script
from resnet_viz.exports.published_map_script import published_map_script
from resnet_viz.inspection.bundled import bundled_path
from resnet_viz.locale import gettext as _
from resnet_viz.pictures.arrays import npz
from resnet_viz.pictures.overlay import grid, overlay, png, shown
from resnet_viz.pictures.sheet import Panel, sheet
from resnet_viz.ui.inspection.client import about
from resnet_viz.ui.inspection.map_types import Look, MapAsked, NetworkMap
from resnet_viz.ui.inspection.networks import Network
from resnet_viz.ui.inspection.selection import Selection, layer_title


def downloads(
    selection: Selection, asked: MapAsked, found: list[NetworkMap], limits: list[float], look: Look
) -> None:
    """A row of buttons; what they give is made when they are pressed."""
    if not found:
        return
    start = f"{selection.filename}-{asked.method}"
    if asked.against is not None:
        start += f"-{asked.target}-not-{asked.against}"
    with st.container(horizontal=True, gap="small", key="inspect_downloads"):
        for one, limit in zip(found, limits, strict=False):
            _button(
                f"overlay_{one.network.slot}",
                _("Overlay, {network} (PNG)").format(network=one.network.name_inside),
                f"{start}-{one.network.file_stem}.png",
                "image/png",
                _overlay(selection, one, limit, look),
            )
        _button(
            "figure",
            _("Figure (SVG)"),
            f"{start}.svg",
            "image/svg+xml",
            lambda: _figure(selection, asked, found, limits, look),
        )
        _button(
            "values",
            _("Raw values for NumPy (NPZ)"),
            f"{start}.npz",
            "application/zip",
            lambda: _arrays(selection, asked, found),
        )
        for one in found:
            _button(
                f"program_{one.network.slot}",
                (
                    _("Program, {network} (ZIP)")
                    if one.network.published
                    else _("Program and weights, {network} (ZIP)")
                ).format(network=one.network.name_inside),
                f"{start}-{one.network.file_stem}.zip",
                "application/zip",
                _program(selection, asked, one),
            )


def _button(key: str, text: str, name: str, mime: str, content: Callable[[], bytes]) -> None:
    st.download_button(
        text,
        data=content,
        file_name=name,
        mime=mime,
        icon=":material/download:",
        on_click="ignore",
        key=f"inspect_download_{key}",
    )


def _overlay(selection: Selection, one: NetworkMap, limit: float, look: Look) -> Callable[[], bytes]:
    def content() -> bytes:
        assert one.values is not None
        return png(
            overlay(
                selection.seen.pixels[0],
                one.values,
                limit,
                signed=look.signed,
                opacity=look.opacity,
                side_px=640,
            )
        )

    return content


def _figure(
    selection: Selection, asked: MapAsked, found: list[NetworkMap], limits: list[float], look: Look
) -> bytes:
    names = selection.class_names
    pixels = selection.seen.pixels[0]
    panels = [Panel(shown(pixels), _("What the networks see"))]
    for one, limit in zip(found, limits, strict=False):
        assert one.values is not None
        picture = overlay(pixels, one.values, limit, signed=look.signed, opacity=look.opacity)
        panels.append(Panel(picture, one.network.name))
        panels.append(
            Panel(
                grid(one.values, limit, signed=look.signed),
                _("{network}, raw").format(network=one.network.name),
            )
        )
    parts = [_(METHODS[asked.method].title)]
    if asked.against is not None:
        parts.append(
            _("why {name} and not {other}").format(name=names[asked.target], other=names[asked.against])
        )
    elif asked.knows_class:
        parts.append(names[asked.target])
    layers = dict.fromkeys(asked.layer(one.network) for one in found)
    parts[1:1] = [layer_title(layer) for layer in layers if layer]
    return sheet(panels, title=" · ".join(parts), subtitle=selection.seen.name).encode()


def _arrays(selection: Selection, asked: MapAsked, found: list[NetworkMap]) -> bytes:
    arrays: dict[str, Any] = {one.network.file_stem: one.values for one in found if one.values is not None}
    arrays["image"] = selection.seen.pixels[0]
    arrays |= {"method": asked.method} | ({"target": asked.target} if asked.knows_class else {})
    arrays |= {} if asked.against is None else {"against": asked.against}
    layers = {one.network.file_stem: asked.layer(one.network) for one in found}
    if len(set(layers.values())) == 1:
        return npz(arrays | {"tap": next(iter(layers.values()))})
    return npz(arrays | {f"tap_{name}": layer for name, layer in layers.items()})


def _program(selection: Selection, asked: MapAsked, one: NetworkMap) -> Callable[[], bytes]:
    network = one.network
    options = AttributionOptions(against=asked.against)
    if one.balance is not None and one.balance.steps is not None:
        options = options.but(steps=one.balance.steps)

    def content() -> bytes:
        image = io.BytesIO()
        np.save(image, selection.seen.pixels)
        run = about(network).run
        layer = asked.layer(network)
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("image.npy", image.getvalue())
            if network.published is not None:
                archive.writestr(
                    "map.py",
                    published_map_script(network.published, asked.method, layer, asked.target, options),
                )
            elif run is not None:
                archive.writestr(
                    "map.py",
                    map_script(run.network, shape_of(run.data), asked.method, layer, asked.target, options),
                )
                archive.write(_weights(network), "weights.safetensors")
        return target.getvalue()

    return content


def _weights(network: Network) -> Path:
    kind, _colon, name = network.reference.partition(":")
    return Path(name) if kind == "file" else bundled_path(name)
