"""Charts as JSON: what plotly.js gets is what Plotly's own classes would send."""

import base64
import json

import numpy as np
import pytest

from resnet_viz.figures.chart import Chart, to_figure, to_json


def test_arrays_are_packed_as_plotly_packs_them() -> None:
    chart: Chart = {
        "data": [
            {
                "type": "heatmap",
                "x": np.array([1, 2, 3], np.int32),
                "z": np.array([[1, 2, 3], [4, np.nan, 6]], np.float32),
            }
        ],
        "layout": {"title": {"text": "Schritt ‖g‖"}},
    }
    ours = json.loads(to_json(chart))["data"][0]
    theirs = json.loads(to_figure(chart).to_json())["data"][0]
    assert ours["z"] == theirs["z"]
    assert ours["z"]["shape"] == "2, 3"
    # Plotly narrows whole numbers where it can; the values are the same.
    assert np.frombuffer(base64.b64decode(ours["x"]["bdata"]), "<i4").tolist() == [1, 2, 3]


def test_rows_that_are_not_contiguous_arrive_in_order() -> None:
    columns = np.arange(6, dtype=np.float32).reshape(2, 3).T
    packed = json.loads(to_json({"data": [{"z": columns}], "layout": {}}))["data"][0]["z"]
    assert np.frombuffer(base64.b64decode(packed["bdata"]), "<f4").tolist() == [0, 3, 1, 4, 2, 5]


def test_a_property_plotly_does_not_know_is_refused() -> None:
    with pytest.raises(ValueError, match="colour"):
        to_figure({"data": [{"type": "scatter", "colour": "red"}], "layout": {}})
