"""Published networks on the Inspect page without a browser: offers, pairs, layers, classes, refusals."""

import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from resnet_viz.jobs.inspector import Inspector
from resnet_viz.networks.torchvision_catalogue import ZOO
from resnet_viz.ui import server
from tests.images.files import gradient, jpeg_of
from tests.ui.stand_in import python_path, untrained_weights
from tests.ui.test_inspect_page import open_inspect, words


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home with the weights of two networks, and an inspector for it that knows their checksums."""
    home = tmp_path_factory.mktemp("published")
    weights = home / "data" / "torchvision"
    weights.mkdir(parents=True)
    with pytest.MonkeyPatch.context() as patch:
        made = [untrained_weights(name) for name in ("densenet121", "resnet18")]
        for entry, content in made:
            (weights / entry.file).write_bytes(content)
            patch.setitem(ZOO, entry.name, entry)
        patch.setenv("PYTHONPATH", python_path(home, *(entry for entry, _content in made)))
        with Inspector(home, threads=1) as inspector:
            patch.setattr(server, "inspector", lambda: inspector)
            yield home


@pytest.fixture(autouse=True)
def home(place: Path, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RESNET_VIZ_HOME", str(place))
    return place


def published(left: str, right: str, **link: str) -> AppTest:
    return open_inspect(networks="torchvision", left=left, right=right, **link)


def test_what_is_not_here_is_offered_with_its_size_and_its_source() -> None:
    app = open_inspect(networks="torchvision")
    assert app.selectbox(key="inspect_left@en").value == "vgg16"
    assert app.selectbox(key="inspect_right@en").value == "resnet18"
    assert app.button(key="inspect_fetch_vgg16").label == "Download 553 MB"
    text = words(app)
    assert "71.6% of ImageNet's validation images right (as published)" in text
    assert "BSD 3-clause licence" in text
    assert "`https://download.pytorch.org/models/vgg16-397923af.pth`" in text
    # The one that is here is looked into meanwhile.
    assert not any(button.key == "inspect_fetch_resnet18" for button in app.button)
    assert words(app).count("Values from ") == 1


def test_nothing_is_asked_of_networks_that_are_not_here() -> None:
    app = published("vgg16", "alexnet")
    assert {"inspect_fetch_vgg16", "inspect_fetch_alexnet"} <= {button.key for button in app.button}
    assert not any(box.key == "inspect_method@en" for box in app.selectbox)
    assert not app.error


@pytest.mark.parametrize("method", ["gradcam", "guided-gradcam", "deeplift", "activation", "saliency"])
def test_two_networks_of_different_build_side_by_side(method: str) -> None:
    app = published("densenet121", "resnet18", method=method)
    assert not app.error
    assert words(app).count("Values from ") == 2
    assert "#### DenseNet-121" in words(app)


def test_photographs_are_their_samples() -> None:
    app = published("densenet121", "resnet18")
    text = words(app)
    assert "Cat · Photo: Stefan van der Walt (CC0 1.0)" in text
    assert "**Cat**" in text
    assert "224×224 px, in colour" in text
    assert not app.warning
    app = published("densenet121", "resnet18", photo="coffee")
    assert "True class: espresso" in app.selectbox(key="inspect_target@en").options[0]


def test_each_has_a_depth_axis_of_its_own() -> None:
    app = published("densenet121", "resnet18")
    dense, residual = (app.select_slider(key=f"inspect_{name}@en") for name in ("layer2", "layer"))
    assert dense.label == "Layer of DenseNet-121, from input to output"
    assert (dense.value, residual.value) == ("features.denseblock4", "layer4.1")
    assert residual.options[-1] == "17/18 · block layer4.1"
    dense.set_value("features.denseblock1").run()
    assert not app.exception
    assert app.query_params["layer2"] == "features.denseblock1"
    assert "layer" not in app.query_params
    assert "Raw, 56 × 56 values" in words(app)
    assert "Raw, 7 × 7 values" in words(app)


def test_one_alone_and_never_the_same_twice() -> None:
    app = published("resnet18", "none")
    assert app.select_slider(key="inspect_layer@en").label == "Layer, from input to output"
    assert words(app).count("Values from ") == 1
    app = published("resnet18", "resnet18")
    assert "right=resnet18" in unescape(app.warning[0].value)


def test_a_block_is_taken_apart_and_channels_are_chosen_apart() -> None:
    app = published("densenet121", "resnet18", look="layers", map="7", map2="900")
    text = words(app)
    assert "x + F(x), the sum" in text
    assert "The channels of one network have nothing to do with those of the other." in text
    assert "Channel 7 (0–511)" in text
    assert "Channel 900 (0–1023)" in text


@pytest.mark.parametrize("look", ["depth", "time"])
def test_other_sections_open(look: str) -> None:
    app = published("densenet121", "resnet18", look=look)
    assert not app.error


def test_a_thousand_classes_the_most_probable_first_and_no_two_alike() -> None:
    box = published("densenet121", "resnet18").selectbox(key="inspect_target@en")
    assert len(set(box.options)) == 1001
    assert box.options[0].startswith(("Predicted class: ", "True class: "))
    assert {"crane", "crane bird"} <= set(box.options)


def test_what_makes_no_sense_for_them_is_said() -> None:
    app = published("densenet121", "resnet18", source="test")
    assert "ImageNet's test images cannot be passed on" in app.info[0].value
    assert not app.error
    app = open_inspect(networks="torchvision", right="none", left="resnet18", lang="zh")
    assert not app.exception


def test_the_samples_are_photographs() -> None:
    app = published("densenet121", "resnet18")
    assert "Photo: " in words(app)
    assert "224×224 px, in colour" in words(app)
    assert not app.warning


def test_an_uploaded_photo_is_seen_in_colour() -> None:
    app = published("densenet121", "resnet18", source="upload", target="134")
    photo = jpeg_of(gradient(300, 400))
    app.file_uploader(key="inspect_upload").set_value(("photo.jpg", photo, "image/jpeg")).run()
    assert not app.exception
    assert not app.error
    assert "224×224 px, in colour" in words(app)
    box = app.selectbox(key="inspect_target@en")
    assert box.options[0] == f"Predicted class: {box.options[1]}"
    assert box.value == "134"
    assert "for crane bird (0." in words(app)


def test_a_file_that_is_not_as_published_is_not_used(home: Path) -> None:
    entry = ZOO["densenet121"]
    path = home / "data" / "torchvision" / entry.file
    kept = path.with_name("kept")
    shutil.copy(path, kept)
    try:
        content = bytearray(kept.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
        app = published("densenet121", "none")
        assert "is not what was published" in app.error[0].value
        assert not path.exists()
        app.run()
        assert any(button.key == "inspect_fetch_densenet121" for button in app.button)
    finally:
        kept.replace(path)


def test_what_takes_minutes_is_asked_for() -> None:
    app = published("resnet18", "none", look="honesty")
    assert "Compared with random weights, layer by layer" in words(app)
    assert "Area, painted over (small is good)" not in app_html(app)
    app.button(key="inspect_measure_faith").click().run()
    assert not app.exception
    assert not app.error
    assert "Area, painted over (small is good)" in app_html(app)


def app_html(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))
