"""torchvision's networks at the inspector and on the command line, their weights from a local server."""

import hashlib
import io
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import torchvision
from PIL import Image

from resnet_viz.attribution.attribute import attribute
from resnet_viz.attribution.sanity import randomisation_cascade
from resnet_viz.cli.app import main
from resnet_viz.data.obtain import file_path
from resnet_viz.data.sources import MIRROR_VARIABLE
from resnet_viz.errors import NotFound, WeightsUnavailable
from resnet_viz.images.decode import decode, prepare
from resnet_viz.inspection import models, published
from resnet_viz.inspection.answers import answerers
from resnet_viz.inspection.fetches import Fetches
from resnet_viz.inspection.models import load_model
from resnet_viz.inspection.published import fetch_weights
from resnet_viz.inspection.zoo_weights import weights_of
from resnet_viz.jobs.inspector import Inspector, Unanswered
from resnet_viz.networks.reinitialise import renewed
from resnet_viz.networks.torchvision_catalogue import ZOO
from resnet_viz.networks.torchvision_zoo import build_zoo
from resnet_viz.probes.activations import measure_activations
from resnet_viz.processes.answering import Answerer
from tests.data.server import Cut, FileServer, Slow, serving

REFERENCE = "torchvision:resnet18"
QUESTIONS_OF_RUNS = ("test_set", "test_images", "samples", "appearance")


@pytest.fixture(scope="module")
def weights() -> bytes:
    """A file as torchvision publishes them, of an untrained network."""
    torch.manual_seed(11)
    content = io.BytesIO()
    torch.save(torchvision.models.resnet18(weights=None).state_dict(), content)
    return content.getvalue()


@pytest.fixture
def server(weights: bytes, monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    """The mirror of the data sets, with the weights as what is published."""
    start = hashlib.sha256(weights).hexdigest()[:8]
    entry = replace(ZOO["resnet18"], file=f"resnet18-{start}.pth")
    monkeypatch.setitem(ZOO, "resnet18", entry)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with serving() as state:
        state.files[f"/torchvision/{entry.file}"] = weights
        monkeypatch.setenv(MIRROR_VARIABLE, state.address)
        yield state
    models._load_published.cache_clear()


@pytest.fixture
def inspector(server: FileServer, own_home: Path) -> dict[str, Answerer]:
    """Questions to an inspector with the weights already there."""
    fetch_weights(REFERENCE, own_home / "data")
    return answerers(own_home)


def picture(width: int = 320, height: int = 240) -> bytes:
    """A PNG with edges at many places."""
    y, x = np.mgrid[:height, :width]
    pixels = np.stack([x * 255 // width, y * 255 // height, (x // 16 + y // 16) % 2 * 255], -1)
    content = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(content, "PNG")
    return content.getvalue()


@pytest.mark.parametrize("size", [(320, 240), (240, 321), (1001, 299), (100, 130), (224, 224)])
def test_pixels_are_those_of_torchvisions_own_preparation(size: tuple[int, int]) -> None:
    decoded = decode(picture(*size), "picture.png")
    mine = prepare(decoded, 3, 224, resize_px=256)
    preset = torchvision.models.ResNet18_Weights.IMAGENET1K_V1.transforms()
    theirs = preset(Image.fromarray(decoded.pixels))
    mean, std = torch.tensor(preset.mean).view(3, 1, 1), torch.tensor(preset.std).view(3, 1, 1)
    np.testing.assert_array_equal(((theirs * std + mean) * 255).round().numpy(), mine.pixels)


def test_predictions_are_those_of_torchvision(inspector: dict[str, Answerer], weights: bytes) -> None:
    original = torchvision.models.resnet18(weights=None)
    original.load_state_dict(torch.load(io.BytesIO(weights), weights_only=True))
    prepared = prepare(decode(picture(), "picture.png"), 3, 224, resize_px=256)
    preset = torchvision.models.ResNet18_Weights.IMAGENET1K_V1.transforms()
    with torch.no_grad():
        expected = original.eval()(preset(Image.open(io.BytesIO(picture())))[None])
    found = inspector["predict"]({"model": REFERENCE}, {"images": prepared.pixels[None]}).arrays["logits"]
    np.testing.assert_allclose(found, expected.numpy(), rtol=1e-3, atol=1e-4)


def test_about_says_what_to_ask_and_how_to_prepare_images(inspector: dict[str, Answerer]) -> None:
    about = inspector["about"]({"model": REFERENCE}, {}).values
    assert (about["spec"], about["step"]) == (None, None)
    assert (len(about["classes"]), about["classes"][0]) == (1000, "tench")
    assert about["image"] == {"channels": 3, "px": 224, "resize_px": 256}
    assert about["default_tap"] == "layer4.1"
    assert {"name": "layer4.1", "kind": "block", "position": 17} in about["taps"]


def test_layers_maps_and_honesty(inspector: dict[str, Answerer]) -> None:
    images = np.random.default_rng(0).integers(0, 256, (1, 3, 64, 64), np.uint8)
    shown = inspector["activations"]({"model": REFERENCE, "tap": "layer2.0"}, {"images": images}).arrays
    np.testing.assert_allclose(shown["sum"], shown["branch"] + shown["shortcut"], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(shown["maps"], np.maximum(shown["sum"], 0), rtol=1e-4, atol=1e-5)
    assert shown["input"].shape[0] == 64
    assert shown["output"].shape == (128, 8, 8)
    statistics = inspector["statistics"]({"model": REFERENCE}, {"images": images}).arrays
    assert statistics["positions"].tolist() == list(range(1, 18))
    assert statistics["channels"].tolist() == [64] * 5 + [128] * 4 + [256] * 4 + [512] * 4

    arrays = {"images": images, "targets": np.array([7])}
    for method in ("gradcam", "guided-backprop", "deeplift"):
        asked = {"model": REFERENCE, "method": method, "tap": "layer3.1"}
        raw = inspector["maps"](asked, arrays).arrays["raw"]
        assert raw.shape == ((1, 4, 4) if method == "gradcam" else (1, 64, 64))
        assert np.abs(raw).max() > 0
    asked = {"model": REFERENCE, "method": "gradcam", "tap": "layer3.1"}
    untrained = inspector["baselines"](asked, arrays).arrays["untrained"]
    cascade = inspector["sanity"](asked, arrays)
    blocks = [f"layer{stage}.{block}" for stage in (4, 3, 2, 1) for block in (1, 0)]
    assert cascade.values["layers"] == ["", "fc", *blocks, "conv1"]
    np.testing.assert_allclose(cascade.arrays["maps"][-1], untrained, rtol=1e-4, atol=1e-9)
    assert cascade.arrays["rank_correlation"][0] == pytest.approx(1)
    curves = inspector["faith"](asked, arrays).arrays
    assert curves["deletion"][0, 0] == pytest.approx(curves["insertion"][0, -1], rel=1e-3)


@pytest.mark.parametrize(
    ("name", "tap", "layers"),
    [
        (
            "alexnet",
            "features.12",
            [f"classifier.{i}" for i in (6, 4, 1)] + [f"features.{i}" for i in (10, 8, 6, 3, 0)],
        ),
        (
            "densenet121",
            "features.denseblock4",
            ["classifier", *(f"features.denseblock{i}" for i in (4, 3, 2, 1)), "features.conv0"],
        ),
    ],
)
def test_networks_of_other_families_are_randomised_from_the_head_down(
    name: str, tap: str, layers: list[str]
) -> None:
    network = build_zoo(name, 0).eval()
    images = torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(2))
    targets = torch.tensor([3])
    steps = list(randomisation_cascade(network, images, targets, "gradcam", tap, seed=1))
    assert [step.layer for step in steps] == ["", *layers]
    positions = measure_activations(network, images).positions.tolist()
    assert positions == sorted(positions)
    assert positions[-1] == ZOO[name].depth - 1
    untrained = attribute(renewed(network, 1), images, targets, "gradcam", tap)
    np.testing.assert_allclose(steps[-1].maps.values, untrained.values, rtol=1e-4, atol=1e-9)


@pytest.mark.parametrize("question", QUESTIONS_OF_RUNS)
def test_it_has_no_images_of_its_own(inspector: dict[str, Answerer], question: str) -> None:
    with pytest.raises(NotFound, match="without images of its own"):
        inspector[question]({"model": REFERENCE}, {"indices": np.array([0])})


def test_fetch_tells_how_far_it_is_until_all_is_there(server: FileServer, own_home: Path) -> None:
    inspector = answerers(own_home)
    with pytest.raises(WeightsUnavailable, match="has to be downloaded first") as refusal:
        inspector["about"]({"model": REFERENCE}, {})
    assert refusal.value.code == "weights_not_here"
    fetches = Fetches(own_home / "data")
    server.faults.append(Cut(5_000_000))
    deadline = time.monotonic() + 30
    told = []
    while (progress := fetches.ask(REFERENCE)) is not None:
        told.append(progress.done_bytes)
        assert progress.total_bytes > 40_000_000
        assert time.monotonic() < deadline
    assert told == sorted(told)
    assert inspector["about"]({"model": REFERENCE}, {}).values["default_tap"] == "layer4.1"
    assert fetches.ask("bundled:residual") is None


def test_a_cancelled_download_ends_and_the_next_one_goes_on_from_there(
    server: FileServer, own_home: Path
) -> None:
    fetches = Fetches(own_home / "data")
    slow = threading.Event()
    server.faults.append(Slow(slow, after_bytes=8_000_000))
    deadline = time.monotonic() + 30
    while (progress := fetches.ask(REFERENCE)) is None or progress.done_bytes < 8_000_000:
        assert time.monotonic() < deadline
    assert progress.bytes_per_s > 0
    fetches.cancel(REFERENCE)
    slow.set()
    while any(thread.name == f"fetch {REFERENCE}" for thread in threading.enumerate()):
        assert time.monotonic() < deadline
    assert not file_path(weights_of(ZOO["resnet18"]), own_home / "data").exists()
    while fetches.ask(REFERENCE) is not None:
        assert time.monotonic() < deadline
    assert file_path(weights_of(ZOO["resnet18"]), own_home / "data").exists()
    asked = server.requests[-1][1]
    assert asked is not None
    assert int(asked.removeprefix("bytes=").removesuffix("-")) >= 8_000_000
    fetches.cancel(REFERENCE)  # nothing left to end


def test_fetch_reports_a_failure_once_and_tries_again(server: FileServer, own_home: Path) -> None:
    fetches = Fetches(own_home / "data")
    files = dict(server.files)
    server.files.clear()

    def until_here() -> None:
        deadline = time.monotonic() + 30
        while fetches.ask(REFERENCE) is not None:
            assert time.monotonic() < deadline

    with pytest.raises(WeightsUnavailable, match="cannot be downloaded"):
        until_here()
    server.files.update(files)
    until_here()


def test_a_download_survives_a_question_that_took_too_long(server: FileServer, own_home: Path) -> None:
    """It runs in the server and not in a process that answers questions and may be ended."""
    fetches = Fetches(own_home / "data")
    slow = threading.Event()
    server.faults.append(Slow(slow, after_bytes=1_000_000))
    with Inspector(own_home, module="tests.jobs.stand_in_answers") as inspector:
        fetches.ask(REFERENCE)
        with pytest.raises(Unanswered) as unanswered:
            inspector.ask("hang", time_limit_s=0.5)
        assert unanswered.value.code == "took_too_long"
        slow.set()
        deadline = time.monotonic() + 30
        while fetches.ask(REFERENCE) is not None:
            assert time.monotonic() < deadline
    assert len(server.requests) == 1, "it was never broken off"


def test_a_file_that_was_changed_is_not_loaded(server: FileServer, own_home: Path) -> None:
    data_folder = own_home / "data"
    fetch_weights(REFERENCE, data_folder)
    path = file_path(weights_of(ZOO["resnet18"]), data_folder)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(WeightsUnavailable) as refusal:
        load_model(REFERENCE, data_folder)
    assert refusal.value.code == "weights_different"
    with pytest.raises(WeightsUnavailable) as refusal:
        load_model(REFERENCE, data_folder)
    assert refusal.value.code == "weights_not_here"


def test_a_published_file_that_is_no_state_is_refused(
    server: FileServer, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = io.BytesIO()
    torch.save({"fc.weight": torch.zeros(2)}, content)
    start = hashlib.sha256(content.getvalue()).hexdigest()[:8]
    monkeypatch.setitem(ZOO, "resnet18", replace(ZOO["resnet18"], file=f"resnet18-{start}.pth"))
    server.files[f"/torchvision/resnet18-{start}.pth"] = content.getvalue()
    fetch_weights(REFERENCE, own_home / "data")
    with pytest.raises(WeightsUnavailable) as refusal:
        load_model(REFERENCE, own_home / "data")
    assert refusal.value.code == "weights_unreadable"


def test_two_large_networks_are_kept() -> None:
    assert models._load_published.cache_info().maxsize == 2


def test_unknown_names_are_answered_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"resnet18, resnet34, .*alexnet"):
        load_model("torchvision:resnet19", tmp_path)
    with pytest.raises(NotFound):
        published.fetch_weights("torchvision:resnet19", tmp_path)


def test_explain_downloads_and_explains(
    server: FileServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo = tmp_path / "photo.png"
    photo.write_bytes(picture())
    with pytest.raises(SystemExit) as ended:
        main(["explain", str(photo), "--model", REFERENCE, "--json", "-o", str(tmp_path / "map.png")])
    assert ended.value.code == 0
    said = capsys.readouterr()
    assert "ResNet-18" in said.err
    report = json.loads(said.out)
    assert (report["model"], report["tap"], report["map"]["shape"]) == (REFERENCE, "layer4.1", [7, 7])
    assert len(report["predictions"]) == 1000
    assert (tmp_path / "map.png").stat().st_size > 1000
    with pytest.raises(SystemExit) as ended:
        main(["explain", str(photo), "--model", REFERENCE, "--target", "walrus with a hat"])
    assert ended.value.code == 2
    assert len(capsys.readouterr().err) < 500


def test_explain_offline_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv(MIRROR_VARIABLE, "http://127.0.0.1:9")
    photo = tmp_path / "photo.png"
    photo.write_bytes(picture())
    with pytest.raises(SystemExit) as ended:
        main(["explain", str(photo), "--model", REFERENCE, "--json"])
    assert ended.value.code == 1
    said = capsys.readouterr()
    assert json.loads(said.out)["error"]["code"] == "download_offline"
    assert said.err.count("\n") == 1
    assert "bundled:residual" in said.err
