"""Answers of the inspector's process against the network asked directly."""

import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from resnet_viz.data.catalogue import shape_of
from resnet_viz.data.load import load
from resnet_viz.errors import CheckpointDamaged, InvalidSetting, NotFound
from resnet_viz.events import Desired
from resnet_viz.inspection.answers import answerers
from resnet_viz.inspection.models import load_model
from resnet_viz.networks.registry import build
from resnet_viz.networks.residual import ResidualNetwork
from resnet_viz.processes.channel import Frame
from resnet_viz.specs import RunSpec
from resnet_viz.training.checkpoint import Checkpoint, write_checkpoint
from resnet_viz.training.loop import train
from tests.made.specs import tiny
from tests.made.trained import write_weights

SPEC = tiny(data={"train_size": 100}, steps=6)


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("run")
    for _ in train(SPEC, folder=folder, data_folder=folder, threads=1, desired=Desired):
        pass
    return f"file:{folder / 'step-0000006.safetensors'}"


def ask(
    tmp_path: Path, question: str, arrays: dict[str, np.ndarray] | None = None, **values: object
) -> Frame:
    return answerers(tmp_path)[question](values, arrays or {})


def some_images(count: int = 3) -> np.ndarray:
    return load(SPEC.data, Path("unused")).test_images[:count].numpy()


def test_preparing_loads_the_bundled_networks(tmp_path: Path) -> None:
    assert ask(tmp_path, "prepare") == Frame({}, {})
    assert "captum" in sys.modules


def test_about_names_what_can_be_asked(reference: str, tmp_path: Path) -> None:
    about = ask(tmp_path, "about", model=reference).values
    assert RunSpec.checked(**about["spec"]) == SPEC
    assert about["step"] == 6
    assert len(about["classes"]) == 10
    assert about["taps"][0]["name"] == "stem"


def test_predictions_are_those_of_the_trained_network(reference: str, tmp_path: Path) -> None:
    images = some_images()
    logits = ask(tmp_path, "predict", {"images": images}, model=reference).arrays["logits"]
    data = load(SPEC.data, tmp_path)
    values = torch.tensor(images).double() / 255
    normalised = (values - data.mean.view(-1, 1, 1)) / data.std.view(-1, 1, 1)
    with torch.no_grad():
        expected = load_model(reference, tmp_path).network.double()(normalised)
    load_model(reference, tmp_path).network.float()
    np.testing.assert_allclose(logits, expected.numpy(), rtol=1e-3, atol=1e-4)


def test_the_test_set_comes_with_labels_logits_and_images(reference: str, tmp_path: Path) -> None:
    answers = answerers(tmp_path)
    while (answer := answers["test_set"]({"model": reference}, {})).values["share"] < 1:
        assert not answer.arrays
    assert answer.arrays["logits"].shape == (2000, 10)
    assert np.bincount(answer.arrays["labels"]).tolist() == [200] * 10
    shown = ask(tmp_path, "test_images", {"indices": np.array([5, 0])}, model=reference).arrays["images"]
    np.testing.assert_array_equal(shown, some_images(6)[[5, 0]])


def test_maps_come_once_and_as_large_as_the_layers(reference: str, tmp_path: Path) -> None:
    images, targets = some_images(), np.array([0, 1, 2])
    answer = ask(
        tmp_path,
        "maps",
        {"images": images, "targets": targets},
        model=reference,
        method="gradcam",
        tap="stage3.block1",
    )
    assert {name: array.shape for name, array in answer.arrays.items()} == {"raw": (3, 2, 2)}
    assert answer.values["tap"] == "stage3.block1"
    # On a network of global average pooling and one linear layer the raw map of the
    # last block sums to the logit without its bias (up to the mean over places).
    model = load_model(reference, tmp_path)
    logits = model.logits(torch.tensor(images))
    assert isinstance(model.network, ResidualNetwork)
    expected = (logits - model.network.head.bias)[torch.arange(3), torch.tensor(targets)]
    np.testing.assert_allclose(
        answer.arrays["raw"].sum((1, 2)), expected.detach().numpy(), rtol=1e-3, atol=1e-4
    )


def test_a_block_comes_with_its_addition(reference: str, tmp_path: Path) -> None:
    answer = ask(tmp_path, "activations", {"images": some_images(1)}, model=reference, tap="stage1.block1")
    parts = answer.arrays
    np.testing.assert_allclose(parts["sum"], parts["branch"] + parts["shortcut"], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(parts["maps"], np.maximum(parts["sum"], 0), rtol=1e-5, atol=1e-6)
    convolution = ask(
        tmp_path, "activations", {"images": some_images(1)}, model=reference, tap="stage1.block1.conv1"
    )
    assert set(convolution.arrays) == {"maps"}


def test_statistics_run_over_the_depth(reference: str, tmp_path: Path) -> None:
    answer = ask(tmp_path, "statistics", {"images": some_images()}, model=reference)
    assert answer.arrays["positions"].tolist() == sorted(answer.arrays["positions"].tolist())
    assert ((answer.arrays["zero_share"] >= 0) & (answer.arrays["zero_share"] <= 1)).all()
    assert (answer.arrays["dead"] <= answer.arrays["channels"]).all()


def test_refusals(reference: str, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        load_model("bundled:dense", tmp_path)
    with pytest.raises(NotFound):
        load_model(f"file:{tmp_path / 'none.safetensors'}", tmp_path)
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(b"no")
    with pytest.raises(CheckpointDamaged):
        load_model(f"file:{broken}", tmp_path)
    with pytest.raises(InvalidSetting):
        ask(tmp_path, "activations", {"images": some_images(1)}, model=reference, tap="stage9")


def test_a_file_that_changed_is_read_again(reference: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy.safetensors"
    source = Path(reference.removeprefix("file:"))
    copy.write_bytes(source.with_name("step-0000000.safetensors").read_bytes())
    before = load_model(f"file:{copy}", tmp_path)
    assert load_model(f"file:{copy}", tmp_path) is before
    copy.write_bytes(source.read_bytes())
    assert load_model(f"file:{copy}", tmp_path).step == 6


def test_honesty_has_a_row_per_layer_and_curves_from_end_to_end(reference: str, tmp_path: Path) -> None:
    arrays = {"images": some_images(2), "targets": np.array([3, 4])}
    asked = {"model": reference, "method": "gradcam", "tap": "stage2.block1"}
    shown = ask(tmp_path, "baselines", arrays, **asked).arrays
    assert (shown["untrained"].shape, shown["edges"].shape) == ((2, 4, 4), (2, 8, 8))
    cascade = ask(tmp_path, "sanity", arrays, **asked)
    assert cascade.values["layers"][:2] == ["", "head"]
    assert cascade.values["layers"][-1] == "stem"
    assert cascade.arrays["rank_correlation"].shape == (len(cascade.values["layers"]), 2)
    curves = ask(tmp_path, "faith", arrays, **asked).arrays
    logits = load_model(reference, tmp_path).logits(torch.tensor(arrays["images"]))
    certainty = logits.softmax(1)[[0, 1], [3, 4]].numpy()
    np.testing.assert_allclose(curves["deletion"][:, 0], certainty, rtol=1e-3)
    np.testing.assert_allclose(curves["insertion"][:, -1], certainty, rtol=1e-3)
    np.testing.assert_allclose(curves["deletion"][:, -1], curves["insertion"][:, 0], rtol=1e-3)
    assert np.isfinite(curves["sensitivity"]).all()


def test_every_check_of_a_map_of_two_classes_follows_the_difference_of_their_logits(
    reference: str, tmp_path: Path
) -> None:
    """Input × gradient is linear in the score, also with random weights; deletion starts at σ(y₃ − y₆)."""
    arrays = {"images": some_images(2), "targets": np.array([3, 4])}
    other = {"images": arrays["images"], "targets": np.array([6, 6])}
    asked = {"model": reference, "method": "input-x-gradient"}
    both = asked | {"options": {"against": 6}}
    for question, name in (("maps", "raw"), ("baselines", "untrained"), ("sanity", "maps")):
        found = ask(tmp_path, question, arrays, **both).arrays[name]
        alone, opposed = (ask(tmp_path, question, one, **asked).arrays[name] for one in (arrays, other))
        np.testing.assert_allclose(found, alone - opposed, atol=1e-4 * np.abs(found).max(), err_msg=question)
    curves = ask(tmp_path, "faith", arrays, **both).arrays
    logits = load_model(reference, tmp_path).logits(torch.tensor(arrays["images"]))
    share = torch.sigmoid(logits[[0, 1], [3, 4]] - logits[:, 6]).numpy()
    np.testing.assert_allclose(curves["deletion"][:, 0], share, rtol=1e-3)
    np.testing.assert_allclose(curves["insertion"][:, -1], share, rtol=1e-3)


@pytest.mark.parametrize("seed", [0, 1, 2, 2**31 - 1])
def test_random_weights_are_never_the_runs_own_start(seed: int, tmp_path: Path) -> None:
    """A run of seed 1, as of every race of several seeds, was "randomised" to its own start."""
    spec = SPEC.but(train=SPEC.train.but(seed=seed))
    path = tmp_path / "start.safetensors"
    write_weights(path, spec, 0, seed=seed)
    arrays = {"images": some_images(1), "targets": np.array([3])}
    asked = {"model": f"file:{path}", "method": "saliency"}
    own = ask(tmp_path, "maps", arrays, **asked).arrays["raw"]
    untrained = ask(tmp_path, "baselines", arrays, **asked)
    assert not np.allclose(untrained.arrays["untrained"], own)
    cascade = ask(tmp_path, "sanity", arrays, **asked)
    assert not np.allclose(cascade.arrays["maps"][-1], own)
    assert cascade.values["seed"] == untrained.values["seed"] != seed


@pytest.mark.parametrize(("block", "is_rectified"), [("basic", True), ("preactivation", False)])
def test_no_relu_is_claimed_where_there_is_none(block: str, is_rectified: bool, tmp_path: Path) -> None:
    spec = SPEC.but(network=SPEC.network.but(block=block))
    path = tmp_path / "start.safetensors"
    write_checkpoint(
        path, Checkpoint(spec, 0, build(spec.network, shape_of(spec.data), 0).state_dict(), (0.3,), (0.3,))
    )
    arrays = {"images": some_images(1)}
    parts = ask(tmp_path, "activations", arrays, model=f"file:{path}", tap="stage2.block1").arrays
    assert ("output" in parts) == is_rectified
