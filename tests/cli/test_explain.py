"""``explain``: the contract of its JSON, refusals, folders and pictures."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageOps

from resnet_viz.data.catalogue import fitted
from resnet_viz.data.load import load
from resnet_viz.events import Desired
from resnet_viz.specs import DataSpec, NetworkSpec, RunSpec, TrainSpec
from resnet_viz.store import home_folder, open_store
from resnet_viz.training.loop import train
from tests.cli.calls import call

SPEC = fitted(
    RunSpec(
        network=NetworkSpec(depth=8, width=4),
        data=DataSpec(train_size=200, resolution_px=14),
        train=TrainSpec(steps=12, batch_size=32),
    )
)


@pytest.fixture
def run_id(own_home: Path) -> str:
    """A run that was trained and recorded as a worker would."""
    store = open_store(home_folder())
    try:
        run_id = store.add_group("race", "cli", "{}", [SPEC]).run_ids[0]
        attempt = store.claim(run_id, "test")
        assert attempt is not None
        events = train(
            SPEC, folder=store.run_folder(run_id), data_folder=own_home, threads=1, desired=Desired
        )
        store.append(run_id, attempt, events)
    finally:
        store.close()
    return run_id


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A colour picture that is not square, with a boot of the test set in the middle."""
    boot = load(DataSpec(), tmp_path).test_images[0, 0].numpy()
    canvas = np.zeros((56, 80, 3), np.uint8)
    canvas[:, 12:68] = boot.repeat(2, 0).repeat(2, 1)[..., np.newaxis]
    path = tmp_path / "boot.jpg"
    Image.fromarray(canvas).save(path, quality=95)
    return path


def explained(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_one_image_as_json(run_id: str, photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("explain", str(photo), "--run", run_id[:6], "--json") == 0
    (report,) = explained(capsys)
    assert set(report) == {"model", "tap", "method", "target", "predictions", "map", "image"}
    assert (report["tap"], report["method"]) == ("stage3.block1", "gradcam")
    probabilities = [entry["probability"] for entry in report["predictions"]]
    assert probabilities == sorted(probabilities, reverse=True)
    assert sum(probabilities) == pytest.approx(1)
    assert report["target"] == report["predictions"][0]["class"]
    values = np.array(report["map"]["values"])
    assert list(values.shape) == report["map"]["shape"] == [4, 4]
    assert (report["map"]["min"], report["map"]["max"]) == pytest.approx((values.min(), values.max()))
    assert report["map"]["empty"] == bool(values.max() <= 0)
    assert (report["image"]["format"], report["image"]["size"]) == ("JPEG", [80, 56])
    assert len(report["image"]["changes"]) >= 2


def test_an_image_unlike_the_training_data_is_warned_of_as_on_the_page(
    run_id: str, photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An inverted boot was called a bag, 98.2 %, and nothing else was said."""
    with Image.open(photo) as picture:
        ImageOps.invert(picture).save(tmp_path / "inverted.png")
    assert call("explain", str(tmp_path / "inverted.png"), "--run", run_id, "--json") == 0
    (report,) = explained(capsys)
    (warning,) = report["image"]["warnings"]
    assert warning.startswith("This image is unlike the training images: its ")
    assert call("explain", str(tmp_path / "inverted.png"), "--run", run_id) == 0
    assert warning in capsys.readouterr().err
    assert call("explain", str(photo), "--run", run_id, "--json") == 0
    (report,) = explained(capsys)
    assert report["image"]["warnings"] == []


def test_without_the_training_images_it_is_said_that_nothing_was_compared(
    run_id: str, photo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And they are not downloaded for it."""
    monkeypatch.setattr("resnet_viz.inspection.own_images.are_here", lambda model, folder: False)
    assert call("explain", str(photo), "--run", run_id, "--json") == 0
    (report,) = explained(capsys)
    (warning,) = report["image"]["warnings"]
    assert "is not known" in warning


def test_a_map_that_knows_no_class_names_none(
    run_id: str, photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["--run", run_id, "--method", "activation", "--tap", "stage1.block1.conv1"]
    assert call("explain", str(photo), *asked, "--json") == 0
    (report,) = explained(capsys)
    assert report["target"] is None
    assert any("before any normalisation" in remark for remark in report["map"]["remarks"])
    assert call("explain", str(photo), *asked, "--target", "bag", "--json") == 2
    (refusal,) = explained(capsys)
    assert refusal["error"]["code"] == "method_knows_no_class"


def test_class_layer_method_and_checkpoint_can_be_chosen(
    run_id: str, photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = ["--target", "bag", "--tap", "stage2.block1.conv2", "--checkpoint", "0"]
    assert call("explain", str(photo), "--run", run_id, *chosen, "--json") == 0
    (report,) = explained(capsys)
    assert (report["target"], report["tap"], report["map"]["shape"]) == ("Bag", "stage2.block1.conv2", [7, 7])
    assert "step-0000000" in report["model"]
    assert call("explain", str(photo), "--run", run_id, "--method", "saliency", "--json") == 0
    (report,) = explained(capsys)
    assert (report["tap"], report["map"]["shape"]) == ("", [14, 14])


def test_a_folder_gives_a_line_for_each_file(
    run_id: str, photo: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / "album"
    folder.mkdir()
    for name in ("a.jpg", "c.jpg"):
        (folder / name).write_bytes(photo.read_bytes())
    (folder / "b.png").write_bytes(b"not a picture")
    pictures = tmp_path / "maps"
    assert call("explain", str(folder), "--run", run_id, "--json", "-o", str(pictures)) == 0
    first, second, third = explained(capsys)
    assert [r["file"] for r in (first, second, third)] == ["a.jpg", "b.png", "c.jpg"]
    assert set(second) == {"file", "error"}
    assert first["map"] == third["map"]
    assert sorted(path.name for path in pictures.iterdir()) == ["a.png", "c.png"]


def test_the_overlay_is_a_picture(run_id: str, photo: Path, tmp_path: Path) -> None:
    target = tmp_path / "overlay.png"
    assert call("explain", str(photo), "--run", run_id, "-o", str(target)) == 0
    with Image.open(io.BytesIO(target.read_bytes())) as picture:
        assert picture.format == "PNG"
        assert picture.width == picture.height >= 224


def test_people_read_the_best_classes(run_id: str, photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("explain", str(photo), "--run", run_id) == 0
    said = capsys.readouterr()
    assert said.out.startswith("boot.jpg: ")
    assert said.out.count("%") == 3


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["{empty}", "--run", "{run}"], "empty_file"),
        (["{photo}", "--run", "zzzzzz"], "not_found"),
        (["{photo}", "--run", "{run}", "--checkpoint", "7"], "no_such_checkpoint"),
        (["{photo}", "--run", "{run}", "--target", "whale"], "unknown_class"),
        (["{photo}", "--run", "{run}", "--target", "10"], "unknown_class"),
        (["{photo}", "--run", "{run}", "--method", "tarot"], "unknown_method"),
        (["{photo}", "--run", "{run}", "--tap", "stage9"], "unknown_tap"),
        (["{photo}", "--model", "bundled:dense"], "no_such_model"),
        (["{nowhere}", "--run", "{run}"], "no_such_file"),
    ],
)
def test_refusals_are_for_people_and_programs(
    arguments: list[str],
    code: str,
    run_id: str,
    photo: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    empty = tmp_path / "empty.png"
    empty.write_bytes(b"")
    names = {"empty": empty, "photo": photo, "run": run_id, "nowhere": tmp_path / "nowhere.png"}
    filled = [argument.format(**names) for argument in arguments]
    assert call("explain", *filled, "--json") == 2
    said = capsys.readouterr()
    error = json.loads(said.out)["error"]
    assert error["code"] == code
    assert "Traceback" not in said.err
    assert call("explain", *filled) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
