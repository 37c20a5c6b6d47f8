"""``explain``: the contract of its JSON, refusals, folders and pictures."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageOps

from resnet_viz.cli import explain as explain_command
from resnet_viz.cli.files import files_in
from resnet_viz.data.load import load
from resnet_viz.events import Desired
from resnet_viz.specs import DataSpec
from resnet_viz.store import home_folder, open_store
from resnet_viz.training.loop import train
from tests.cli.calls import call
from tests.made.specs import tiny
from tests.made.stored import write

SPEC = tiny(data={"train_size": 200, "resolution_px": 14}, steps=12, batch_size=32)


@pytest.fixture
def run_id(own_home: Path) -> str:
    """A run that was trained and recorded as a worker would."""
    store = open_store(home_folder())
    try:
        run_id = store.add_group("race", "cli", "{}", [SPEC]).run_ids[0]
        folder = store.run_folder(run_id)
        write(store, run_id, *train(SPEC, folder=folder, data_folder=own_home, threads=1, desired=Desired))
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


def test_why_one_class_and_not_another_is_the_difference_of_two_maps(
    run_id: str, photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Grad-CAM before ReLU is linear in the score; swapping the classes changes every sign."""

    def values(*classes: str) -> np.ndarray:
        assert call("explain", str(photo), "--run", run_id, *classes, "--json") == 0
        (report,) = explained(capsys)
        assert report.get("against") == {"--against": "Coat"}.get(classes[-2] if len(classes) > 2 else "")
        return np.array(report["map"]["values"])

    contrast = values("--target", "bag", "--against", "coat")
    one, other = values("--target", "bag"), values("--target", "coat")
    np.testing.assert_allclose(contrast, one - other, atol=1e-5 * np.abs(contrast).max())
    assert call("explain", str(photo), "--run", run_id, "--target", "bag", "--against", "coat") == 0
    assert (
        "Why Bag and not Coat: difference of the logits (scores before softmax) " in capsys.readouterr().out
    )


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (["--target", "bag", "--against", "bag"], "same_class"),
        (["--against", "giraffe"], "unknown_class"),
        (["--against", "10"], "unknown_class"),
        (["--method", "activation", "--against", "bag"], "method_knows_no_class"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    run_id: str, photo: Path, asked: list[str], code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("explain", str(photo), "--run", run_id, *asked, "--json") == 2
    (refusal,) = explained(capsys)
    assert refusal["error"]["code"] == code


def test_an_image_predicted_as_the_class_to_compare_with_costs_the_others_nothing(
    run_id: str, photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = album(tmp_path, photo, "boot.jpg")
    (folder / "b.png").write_bytes(b"not a picture")
    for shade in (0, 255):
        Image.new("L", (28, 28), shade).save(folder / f"flat-{shade}.png")
    assert call("explain", str(folder), "--run", run_id, "--json") == 0
    alone = {report["file"]: report for report in explained(capsys)}
    against = alone["boot.jpg"]["target"]
    assert call("explain", str(folder), "--run", run_id, "--against", against, "--json") == 0
    reports = {report["file"]: report for report in explained(capsys)}
    assert set(reports) == set(alone)
    assert reports["b.png"]["error"]["code"] == alone["b.png"]["error"]["code"] != "same_class"
    told = {name for name, report in reports.items() if report.get("error", {}).get("code") == "same_class"}
    assert told == {name for name, report in alone.items() if report.get("target") == against}
    mapped = set(reports) - told - {"b.png"}
    assert mapped
    for name in mapped:
        assert (reports[name]["target"], reports[name]["against"]) == (alone[name]["target"], against)
    assert call("explain", str(folder / "boot.jpg"), "--run", run_id, "--against", against) == 2
    assert f"The predicted class is {against} itself" in capsys.readouterr().err


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
    assert sorted(path.name for path in pictures.iterdir()) == ["a.jpg.png", "c.jpg.png"]


def album(tmp_path: Path, photo: Path, *names: str) -> Path:
    """A folder with the picture under each of these names."""
    folder = tmp_path / "album"
    folder.mkdir()
    for name in names:
        (folder / name).write_bytes(photo.read_bytes())
    return folder


def test_pictures_that_differ_in_their_endings_have_a_map_each(
    run_id: str, photo: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    longest = "p" * 251 + ".jpg"
    folder = album(tmp_path, photo, "photo.jpg", "photo.png", "photo.webp", longest)
    maps = tmp_path / "maps"
    assert call("explain", str(folder), "--run", run_id, "-o", str(maps)) == 0
    names = {path.name for path in maps.iterdir()}
    assert {"photo.jpg.png", "photo.png.png", "photo.webp.png"} < names
    assert len(names) == 4
    said = capsys.readouterr().err
    assert all(f"Written to {maps / name}" in said for name in names)


@pytest.mark.parametrize("output", ["{folder}", "{folder}/../album"])
def test_maps_do_not_overwrite_pictures(run_id: str, photo: Path, tmp_path: Path, output: str) -> None:
    folder = album(tmp_path, photo, "photo.png")
    assert call("explain", str(folder), "--run", run_id, "-o", output.format(folder=folder)) == 2
    assert call("explain", str(photo), "--run", run_id, "-o", str(photo)) == 2
    assert [path.name for path in folder.iterdir()] == ["photo.png"]
    assert (folder / "photo.png").read_bytes() == photo.read_bytes()


def test_a_picture_that_cannot_be_read_costs_the_others_nothing(
    run_id: str,
    photo: Path,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = album(tmp_path, photo, "a.jpg", "gone.jpg", "z.jpg")
    (folder / "broken.jpg").symlink_to("/proc/self/mem")  # reading its beginning is an input/output error
    listed = files_in(folder)
    (folder / "gone.jpg").unlink()
    monkeypatch.setattr(explain_command, "files_in", lambda folder: listed)
    assert call("explain", str(folder), "--run", run_id, "--json") == 0
    said = capsys.readouterr()
    reports = [json.loads(line) for line in said.out.splitlines()]
    assert [report["file"] for report in reports] == ["a.jpg", "broken.jpg", "gone.jpg", "z.jpg"]
    assert ["map" in report for report in reports] == [True, False, False, True]
    assert {report["error"]["code"] for report in reports[1:3]} == {"not_readable"}
    assert "gone.jpg: This file cannot be read: No such file or directory." in said.err
    assert "broken.jpg: This file cannot be read: Input/output error." in said.err
    assert call("explain", str(folder / "broken.jpg"), "--run", run_id) == 2


def test_names_of_any_bytes_are_one_inert_line_each(
    run_id: str, photo: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    names = ["caf\udce9.jpg", "es\x1b[2Jc.jpg", "new\nline.jpg", "rtl\u202egpj.exe", "深度 :smile:.jpg"]
    shown = [r"caf\udce9.jpg", r"es\x1b[2Jc.jpg", r"new\nline.jpg", r"rtl\u202egpj.exe", "深度 :smile:.jpg"]
    folder = album(tmp_path, photo, *names)
    (folder / "bad\x1b\udcff.png").write_bytes(b"not a picture")
    maps = tmp_path / "maps"
    assert call("explain", str(folder), "--run", run_id, "--json", "-o", str(maps)) == 0
    said = capsys.readouterr()
    reports = [json.loads(line) for line in said.out.splitlines()]
    assert sorted(report["file"] for report in reports) == sorted([*shown, r"bad\x1b\udcff.png"])
    assert {path.name for path in maps.iterdir()} == {f"{name}.png" for name in names}
    assert call("explain", str(folder), "--run", run_id) == 0
    printed = capsys.readouterr()
    assert sorted(line.partition(": ")[0] for line in printed.out.splitlines()) == sorted(
        name.partition(": ")[0] for name in shown
    )
    for text in (said.err, printed.out, printed.err):
        assert not {"\x1b", "\u202e", "\udce9"} & set(text)


def test_no_name_is_no_folder(run_id: str, monkeypatch: pytest.MonkeyPatch, photo: Path) -> None:
    """An unset variable of a shell: the current folder is not meant."""
    monkeypatch.chdir(photo.parent)
    before = sorted(photo.parent.iterdir())
    for arguments in (["explain", ""], ["explain", photo.name, "-o", ""], ["import", ""]):
        assert call(*arguments) == 2
    assert call("export", run_id, "-o", "") == 2
    assert sorted(photo.parent.iterdir()) == before


def test_a_class_may_be_named_in_the_language_in_force(
    run_id: str, photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("包", "Bag"):
        arguments = ["explain", str(photo), "--run", run_id, "--target", name, "--lang", "zh", "--json"]
        assert call(*arguments) == 0
        (report,) = explained(capsys)
        assert report["target"] == "Bag"
        assert {entry["class"] for entry in report["predictions"]} > {"Ankle boot", "Bag"}


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
