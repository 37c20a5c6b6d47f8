"""Drawings show what the graph has: every skip connection, at every level, and every operation."""

from itertools import pairwise
from xml.etree import ElementTree

import pytest

from resnet_viz.architecture.graph import Architecture
from resnet_viz.architecture.levels import LEVELS, Level, columns
from resnet_viz.architecture.paint import cost_paint, measured_paint
from resnet_viz.architecture.svg import View, draw, draw_file
from resnet_viz.networks.describe import architecture
from resnet_viz.networks.named import network_named
from resnet_viz.specs import DataShape

CIFAR = DataShape(channels=3, px=32, classes=10)
NAMES = (
    "plain-20",
    "residual-20",
    "residual-20+projection",
    "residual-20+preactivation",
    "residual-20+skip_span=1",
    "residual-11+skip_span=1+projection",
    "residual-20+half-shortcut",
    "residual-20+exclusive-gate",
    "residual-11+shortcut-gate+skip_span=1",
    "residual-20+dropout-shortcut",
    "residual-20+stochastic-depth",
    "residual-29+bottleneck",
    "resnext-29",
    "densenet-22",
    "densenet-bc-22",
    "vgg-11",
    "alexnet",
    "cnn-6",
)
PRINTED_BYTES = 300_000


def drawn_of(name: str) -> Architecture:
    return architecture(network_named(name), CIFAR)


def elements(drawing: str, kind: str) -> list[ElementTree.Element]:
    """Those of the class ``kind``; raises where the drawing is no XML."""
    return [one for one in ElementTree.fromstring(drawing).iter() if kind in one.get("class", "").split()]


@pytest.mark.parametrize("stream", [False, True], ids=["chain", "stream"])
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", NAMES)
def test_every_skip_connection_is_a_path_at_every_level(name: str, level: Level, stream: bool) -> None:
    graph = drawn_of(name)
    paths = [path for part in draw(graph, View(level, "#000", stream)) for path in elements(part, "skip")]
    named = [skip for path in paths for skip in path.get("data-skips", "").split()]
    assert sorted(named) == sorted(f"{skip.source}>{skip.target}" for skip in graph.skips)
    assert all(path.get("d") for path in paths)
    for path in paths:
        kinds = {
            skip.kind for skip in graph.skips if f"{skip.source}>{skip.target}" in path.get("data-skips", "")
        }
        assert len(kinds) == 1
        assert kinds <= set(path.get("class", "").split()), "the line says which kind it is"


@pytest.mark.parametrize("name", NAMES)
def test_rows_stand_for_every_operation_that_is_not_on_a_skip(name: str) -> None:
    graph = drawn_of(name)
    for level in LEVELS:
        rows = [row for column in columns(graph, level) for group in column.groups for row in group.rows]
        shown = [one.name for row in rows for one in row.operations]
        assert len(set(shown)) == len(shown), "none stands twice"
        missing = {one.name for one in graph.operations} - set(shown)
        assert not missing & graph.main_way


@pytest.mark.parametrize("level", LEVELS)
def test_a_deep_network_has_no_more_rows_than_a_shallow_one(level: Level) -> None:
    deep, shallow = (
        len("".join(draw(drawn_of(name), View(level, "#000")))) for name in ("residual-110", "residual-20")
    )
    assert deep < 1.05 * shallow + 12_000  # names of the skip connections


@pytest.mark.parametrize("name", ["residual-110", "densenet-bc-100", "resnext-29"])
def test_a_file_to_print_is_small_stands_alone_and_says_what_it_is(name: str) -> None:
    text = draw_file(drawn_of(name), View("operation", "#0072B2"), f"{name} <&>")
    assert len(text.encode()) <= PRINTED_BYTES
    root = ElementTree.fromstring(text)
    assert root.find("{http://www.w3.org/2000/svg}title").text == f"{name} <&>"  # type: ignore[union-attr]
    assert "<style>" in text
    assert "http" not in text.replace("http://www.w3.org/2000/svg", ""), "nothing is fetched"


def test_what_repeats_is_painted_cell_by_cell() -> None:
    graph = drawn_of("residual-32")
    paint = measured_paint({f"stage1.block{n}.conv1": 10.0**n for n in range(1, 6)})
    first = draw(graph, View("operation", "#000", paint=paint))[0]
    row = next(one for one in elements(first, "row") if one.get("data-row") == "stage1.block1.conv1")
    shares = [float(cell.get("fill-opacity", "")) for cell in row if cell.get("class") == "cell"]
    assert len(shares) == 5
    assert shares == sorted(shares)
    assert shares[0] < 0.1 < 0.8 < shares[-1]
    steps = [after - before for before, after in pairwise(shares)]
    assert max(steps) - min(steps) < 0.01, "equal steps on a logarithmic scale"


def test_costs_are_summed_where_blocks_are_drawn_as_one() -> None:
    graph = drawn_of("residual-20")
    paint = cost_paint(graph, "parameters")
    stage = next(row for row in columns(graph, "stage")[1].groups[0].rows)
    assert paint.value(stage.operations) == sum(one.parameters for one in stage.operations) == 51_072
    assert paint.value(()) is None
