"""What the inspector's process answers about how networks are built, and what they cost."""

import time
from pathlib import Path

import numpy as np
import pytest

from resnet_viz.architecture.graph import Architecture
from resnet_viz.data.catalogue import shape_of
from resnet_viz.errors import InvalidSetting, NotFound
from resnet_viz.inspection.answers import answerers
from resnet_viz.networks.describe import architecture
from resnet_viz.networks.named import network_named
from resnet_viz.networks.torchvision_catalogue import DRAWN, ZOO
from resnet_viz.processes.channel import Frame
from resnet_viz.specs import DataShape, NetworkSpec
from tests.made.specs import tiny
from tests.made.trained import write_weights
from tests.networks.shapes import CIFAR

SHAPE = CIFAR.model_dump()


def ask(home: Path, question: str, arrays: dict[str, np.ndarray] | None = None, **values: object) -> Frame:
    return answerers(home)[question](values, arrays or {})


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The reference of a run's weights."""
    path = tmp_path_factory.mktemp("run") / "step-0000000.safetensors"
    write_weights(path, tiny(), 0, seed=3)
    return f"file:{path}"


@pytest.mark.parametrize(
    ("name", "spec"),
    [
        ("residual-20", NetworkSpec(depth=20)),
        ("plain-20+width=8", NetworkSpec(depth=20, width=8, shortcut="none")),
        ("residual-20+projection", NetworkSpec(depth=20, shortcut="projection")),
        ("densenet-40+growth=24", NetworkSpec(family="densenet", depth=40, growth=24)),
    ],
)
def test_a_network_of_ours_is_answered_for_by_its_name_or_its_settings(
    name: str, spec: NetworkSpec, tmp_path: Path
) -> None:
    expected = architecture(spec, CIFAR)
    by_name = ask(tmp_path, "architecture", network=name, shape=SHAPE)
    by_spec = ask(tmp_path, "architecture", spec=spec.model_dump(mode="json"), shape=SHAPE)
    assert Architecture.from_values(by_name.values) == Architecture.from_values(by_spec.values) == expected


def test_a_run_is_answered_for_by_its_weights(run: str, tmp_path: Path) -> None:
    found = Architecture.from_values(ask(tmp_path, "architecture", model=run).values)
    assert found == architecture(tiny().network, shape_of(tiny().data))


def test_torchvisions_networks_need_no_weights(tmp_path: Path) -> None:
    found = Architecture.from_values(ask(tmp_path, "architecture", model="torchvision:resnet34").values)
    assert (found.parameters, len(found.skips)) == (21_797_672, 16)
    assert set(ZOO) <= set(DRAWN)


@pytest.mark.parametrize("name", DRAWN)
def test_every_network_of_torchvision_that_is_offered_can_be_shown(name: str, tmp_path: Path) -> None:
    found = ask(tmp_path, "architecture", model=f"torchvision:{name}")
    operations = Architecture.from_values(found.values).operations
    assert operations[-1].output_shape == (1000,)
    assert not any(operation.kind == "function" for operation in operations)


def test_what_does_not_exist_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match="Nearest: 20, 26"):
        ask(tmp_path, "architecture", network="residual-21", shape=SHAPE)
    with pytest.raises(InvalidSetting, match="no network type transformer"):
        ask(tmp_path, "architecture", network="transformer", shape=SHAPE)
    with pytest.raises(NotFound, match="resnet152"):
        ask(tmp_path, "architecture", model="torchvision:vit_b_16")
    with pytest.raises(NotFound):
        ask(tmp_path, "architecture", model="bundled:dense")


def test_a_network_without_a_depth_has_the_usual_one_or_the_nearest() -> None:
    assert network_named("residual").depth == 32
    assert network_named("alexnet").depth == 8
    assert network_named("vgg").depth == 19
    assert network_named("residual", NetworkSpec(width=4)).width == 4


def test_the_second_answer_comes_at_once(tmp_path: Path) -> None:
    asked = {"network": "residual-110", "shape": DataShape(channels=1, px=28, classes=10).model_dump()}
    ask(tmp_path, "architecture", **asked)
    start = time.process_time()
    ask(tmp_path, "architecture", **asked)
    assert time.process_time() - start < 0.1
