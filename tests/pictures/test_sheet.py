"""Several pictures as one SVG that any program reads, whatever the texts contain."""

from xml.etree import ElementTree

import numpy as np

from resnet_viz.pictures.sheet import Panel, sheet

_SVG = "{http://www.w3.org/2000/svg}"


def test_panels_in_a_row_and_texts_as_text() -> None:
    pixels = np.zeros((4, 4, 3), np.uint8)
    hostile = '<script>alert("1")</script>&照片'
    source = sheet([Panel(pixels, "a"), Panel(pixels, hostile)], title=hostile, subtitle="b")
    root = ElementTree.fromstring(source)
    images = root.findall(f"{_SVG}image")
    assert [float(image.attrib["x"]) for image in images] == [20, 280]
    assert all(image.attrib["href"].startswith("data:image/png;base64,") for image in images)
    assert [text.text for text in root.findall(f"{_SVG}text")] == [hostile, "b", "a", hostile]
    assert root.find(f".//{_SVG}script") is None
