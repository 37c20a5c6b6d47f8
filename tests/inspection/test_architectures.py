"""What the inspector's process answers about how networks are built, and what they cost."""

import copy
import time
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch

from resnet_viz.architecture.graph import Architecture
from resnet_viz.data.catalogue import shape_of
from resnet_viz.errors import InvalidSetting, NotFound
from resnet_viz.findings.claims import MEASURED
from resnet_viz.inspection.answers import answerers
from resnet_viz.inspection.models import load_model
from resnet_viz.networks.describe import architecture
from resnet_viz.networks.named import network_named
from resnet_viz.networks.registry import build
from resnet_viz.networks.torchvision_catalogue import DRAWN, ZOO
from resnet_viz.processes.channel import Frame
from resnet_viz.specs import DataShape, DataSpec, NetworkSpec, RunSpec, TrainSpec
from tests.made.specs import tiny
from tests.made.trained import trained, write_weights
from tests.networks.shapes import CIFAR

SHAPE = CIFAR.model_dump()


def ask(home: Path, question: str, arrays: Any = None, **values: Any) -> Frame:
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


def test_times_have_every_operation_and_sum_to_the_pass(run: str, tmp_path: Path) -> None:
    for asked in ({"network": "residual-20", "shape": SHAPE}, {"model": run}):
        found = ask(tmp_path, "milliseconds", batch=8, **asked).values
        graph = Architecture.from_values(ask(tmp_path, "architecture", **asked).values)
        assert list(found) == [operation.name for operation in graph.operations]
        assert all(taken > 0 for taken in found.values())
    network, images = build(network_named("residual-20"), CIFAR, 0).eval(), torch.rand(8, 3, 32, 32)
    taken = []
    with torch.inference_mode():
        for _ in range(9):
            start = time.perf_counter()
            network(images)
            taken.append(1e3 * (time.perf_counter() - start))
    found = ask(tmp_path, "milliseconds", batch=8, network="residual-20", shape=SHAPE).values
    # The quickest, because a busy machine makes some of them ten times as slow.
    assert 0.2 < sum(found.values()) / min(taken) < 5


def test_a_heavier_operation_takes_longer(tmp_path: Path) -> None:
    found = ask(tmp_path, "milliseconds", network="cnn-6+width=64", shape=SHAPE, batch=32)
    taken = found.values
    graph = Architecture.from_values(
        ask(tmp_path, "architecture", network="cnn-6+width=64", shape=SHAPE).values
    )
    heaviest = max(graph.operations, key=lambda operation: operation.multiply_adds).name
    lightest = [operation.name for operation in graph.operations if operation.kind == "reshape"]
    assert taken[heaviest] > 10 * taken[lightest[0]]


def test_torchvisions_networks_are_timed_without_weights(tmp_path: Path) -> None:
    found = ask(tmp_path, "milliseconds", model="torchvision:resnet18", batch=1, repeats=1).values
    assert set(found) >= {"conv1", "layer4.1.conv2", "layer4.1.add", "fc"}


IMAGE = np.random.default_rng(0).integers(0, 256, (1, 3, 32, 32), dtype=np.uint8)


@pytest.mark.parametrize(
    "operation", ["stem", "stage1.block2.relu", "stage2.block1.add", "stage3.block1.conv1"]
)
def test_the_field_of_view_lies_in_the_receptive_field(operation: str, tmp_path: Path) -> None:
    asked = {"network": "residual-20", "shape": SHAPE}
    found = ask(tmp_path, "field_of_view", {"images": IMAGE}, operation=operation, seed=3, **asked)
    graph = Architecture.from_values(ask(tmp_path, "architecture", **asked).values)
    one = graph.by_name[operation]
    middle = one.output_shape[-1] // 2 * one.field.stride
    low, high = max(0, one.field.first + middle), min(31, one.field.last + middle)
    gradient = found.arrays["gradient"]
    rows, columns = np.nonzero(gradient)
    assert (str(gradient.dtype), gradient.shape) == ("float32", (32, 32))
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (low, high, low, high)
    assert found.values["trained"] is False


def test_the_field_of_view_is_the_derivative(run: str, tmp_path: Path) -> None:
    """Against finite differences, on the weights of a run."""
    model = load_model(run, tmp_path)
    image = IMAGE[:, :1, :8, :8]
    found = ask(tmp_path, "field_of_view", {"images": image}, operation="stage1.block1.add", model=run)
    x = model.normalised(torch.tensor(image)).double()
    network = copy.deepcopy(model.network).double()
    outputs: list[torch.Tensor] = []
    network.get_submodule("stage1.block1.relu").register_forward_pre_hook(
        lambda _m, args: outputs.append(args[0])
    )
    for pixel in ((3, 4), (0, 0), (5, 2)):
        moved = []
        for sign in (1, -1):
            shifted = x.clone()
            shifted[0, 0, pixel[0], pixel[1]] += sign * 1e-6
            network(shifted)
            moved.append(float(outputs[-1].detach()[0, :, 4, 4].sum()))
        expected = abs(moved[0] - moved[1]) / 2e-6
        assert found.arrays["gradient"][pixel] == pytest.approx(expected, rel=1e-3, abs=1e-6)
    assert found.values["trained"] is True


def test_an_operation_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match="no operation stage9"):
        ask(
            tmp_path,
            "field_of_view",
            {"images": IMAGE},
            operation="stage9",
            network="residual-20",
            shape=SHAPE,
        )


@pytest.mark.parametrize("name", ["residual-8+width=4", "plain-8+width=4", "densenet-7"])
def test_gradients_before_the_first_step_are_those_that_a_training_records(name: str, tmp_path: Path) -> None:
    data = {"resolution_px": 8, "train_size": 100}
    found = ask(tmp_path, "step_zero_gradients", network=name, data=data, seed=5, batch_size=16)
    spec = RunSpec(
        network=network_named(name),
        data=DataSpec(**data),
        train=TrainSpec(steps=2, batch_size=16, seed=5, device="cpu"),
    )
    recorded = trained(spec, tmp_path).profiles
    assert tuple(found.values["layers"]) == recorded["grad/relative"].taps
    np.testing.assert_allclose(found.arrays["relative"], recorded["grad/relative"].value[0], rtol=1e-5)
    np.testing.assert_allclose(found.arrays["norm"], recorded["grad/norm"].value[0], rtol=1e-5)


def test_kept_memory_is_measured_and_agrees_with_the_graph(tmp_path: Path) -> None:
    for name in MEASURED:
        asked = {"network": name, "shape": SHAPE}
        measured = ask(tmp_path, "kept_memory", batch=64, **asked).values["bytes"]
        counted = Architecture.from_values(ask(tmp_path, "architecture", **asked).values).kept_bytes
        assert measured == pytest.approx(counted, rel=0.005)


def test_asking_leaves_a_loaded_network_as_it_was(run: str, tmp_path: Path) -> None:
    before = {name: value.clone() for name, value in load_model(run, tmp_path).network.state_dict().items()}
    ask(tmp_path, "kept_memory", model=run)
    ask(tmp_path, "milliseconds", model=run, batch=1, repeats=1)
    ask(tmp_path, "field_of_view", {"images": IMAGE[:, :1, :8, :8]}, operation="stem", model=run)
    network = load_model(run, tmp_path).network
    assert not network.training
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


def test_an_onnx_file_has_the_weights_of_the_run(run: str, tmp_path: Path) -> None:
    found = ask(tmp_path, "onnx", model=run)
    session = onnxruntime.InferenceSession(found.arrays["content"].tobytes())
    model = load_model(run, tmp_path)
    images = model.normalised(torch.tensor(IMAGE[:, :1, :8, :8]))
    with torch.inference_mode():
        expected = model.network(images).numpy()
    np.testing.assert_allclose(
        session.run(None, {"images": images.numpy()})[0], expected, rtol=1e-5, atol=1e-5
    )
    assert found.values["trained"] is True
