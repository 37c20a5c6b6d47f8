"""Descriptions to take away: Mermaid draws every skip connection, JSON gives the graph back."""

import json
import re

import pytest

from resnet_viz.architecture.exported import as_json
from resnet_viz.architecture.graph import Architecture
from resnet_viz.architecture.mermaid import mermaid
from resnet_viz.networks.describe import architecture
from resnet_viz.networks.named import network_named
from tests.networks.shapes import CIFAR

_EDGE = re.compile(r"^    (n\d+_\d+) (-->|==>|== \w+ ==>) (n\d+_\d+)$", re.M)


def graph(name: str) -> Architecture:
    return architecture(network_named(name), CIFAR)


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("plain-20", []),
        # Three blocks alike; one that changes the shape and two alike, twice.
        ("residual-20", ["identity", "padding", "identity", "padding", "identity"]),
        ("residual-110", ["identity", "padding", "identity", "padding", "identity"]),
        ("residual-20+projection", ["identity", "projection", "identity", "projection", "identity"]),
        ("densenet-13", ["concat"] * 9),
    ],
)
def test_every_skip_of_a_block_that_is_drawn_is_an_edge(name: str, kinds: list[str]) -> None:
    text = mermaid(graph(name))
    thick = [arrow.split()[1] for _source, arrow, _target in _EDGE.findall(text) if arrow.count("=") > 3]
    assert thick == kinds


@pytest.mark.parametrize(
    "name", ["plain-20", "residual-20+all-projection", "densenet-13", "vgg-16", "alexnet"]
)
def test_edges_join_nodes_that_are_drawn_and_all_are_reached(name: str) -> None:
    text = mermaid(graph(name))
    nodes = set(re.findall(r"^ +(n\d+_\d+)[\[(]", text, re.M))
    edges = [(source, target) for source, _arrow, target in _EDGE.findall(text)]
    assert {node for edge in edges for node in edge} == nodes
    assert {target for _source, target in edges} == nodes - {"n0_0"}
    assert all(source != target for source, target in edges)
    assert text.startswith("flowchart TB\n")
    assert text.count("subgraph") == len(re.findall(r"^    end$", text, re.M))


def test_blocks_that_are_alike_are_drawn_once() -> None:
    text = mermaid(graph("residual-110"))
    assert re.findall(r"\[\"(.*) ×(\d+)\"\]", text) == [
        ("stage1.block1", "18"),
        ("stage2.block2", "17"),
        ("stage3.block2", "17"),
    ]
    assert len(text) < 4000


def test_json_has_totals_and_gives_the_graph_back() -> None:
    found = graph("residual-20")
    values = json.loads(as_json("residual-20", found))
    assert Architecture.from_values(values) == found
    assert (values["parameters"], values["multiply_adds"]) == (269_722, 40_551_040)
    assert [skip["kind"] for skip in values["skips"]].count("padding") == 2
