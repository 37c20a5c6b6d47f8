"""Two buttons for the picture of an answer that is made for a slide, as PNG and as SVG."""

import json
from pathlib import Path
from typing import Final

from resnet_viz.figures.chart import Chart, to_json
from resnet_viz.lab.slide import HEIGHT, SCALE, WIDTH
from resnet_viz.locale import gettext as _
from resnet_viz.ui.addresses import PLOTLY
from resnet_viz.ui.component import component

_HERE: Final = Path(__file__).parent
_FILES: Final = (_HERE / "slide_buttons.css", _HERE.parent / "plotly_page.js", _HERE / "slide_buttons.js")
_HTML: Final = """
<div class="slide-buttons" role="group"><button type="button"></button><button type="button"></button></div>
"""


def slide_buttons(chart: Chart, *, key: str, filename: str) -> None:
    """Offer ``chart`` (see `lab.slide.slide`); ``filename`` of the downloads, without ending."""
    words = {
        "plotly": PLOTLY,
        "filename": filename,
        "label": _("Picture for a slide, 16:9"),
        "titles": {"png": _("Slide as PNG"), "svg": _("Slide as SVG")},
        "size": {"width": WIDTH, "height": HEIGHT, "scale": SCALE},
    }
    show = component("lab_slide", *_FILES, html=_HTML)
    show(key=key, data=json.dumps(words).encode() + b"\n" + to_json(chart).encode())
