"""Why one class and not another, on the Inspect page: by a click, by its link and beside the command line."""

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from resnet_viz.attribution.methods import METHODS
from resnet_viz.cli.app import main
from resnet_viz.jobs.inspector import Inspector
from resnet_viz.processes.channel import Frame
from tests.ui.test_inspect_page import open_inspect, race_with_checkpoints, words

pytestmark = pytest.mark.usefixtures("shared_inspector")


def contrast_button(app: AppTest) -> Any:
    return app.button(key="inspect_contrast")


def test_where_the_networks_disagree_one_click_asks_why_the_one_and_not_the_other() -> None:
    """Plain says Coat, residual Pullover; a second click asks the same the other way round."""
    app = open_inspect()
    assert contrast_button(app).label == "Why Pullover, not Coat?"
    contrast_button(app).click().run()
    assert not app.exception
    assert not app.error
    assert (app.query_params["target"], app.query_params["against"]) == ("2", "4")
    assert words(app).count("Grad-CAM: why Pullover and not Coat (difference of the logits ") == 2
    assert contrast_button(app).label == "Why Coat, not Pullover?"
    contrast_button(app).click().run()
    assert (app.query_params["target"], app.query_params["against"]) == ("4", "2")
    assert words(app).count("Grad-CAM: why Coat and not Pullover (difference of the logits ") == 2
    app.selectbox(key="inspect_against@en").set_value("nothing").run()
    assert "against" not in app.query_params
    assert "and not" not in words(app)


def test_where_they_agree_it_asks_about_the_runner_up_of_the_last_network() -> None:
    app = open_inspect(image="0", against="runner-up")
    text = words(app)
    (named, *_same) = re.findall(r"why (.+?) and not (.+?) \(", text)
    box = app.selectbox(key="inspect_against@en")
    assert box.options[:2] == ["nothing: the class alone", f"Most probable other class: {named[1]}"]
    app.selectbox(key="inspect_against@en").set_value("nothing").run()
    assert contrast_button(app).label == f"Why {named[0]}, not {named[1]}?"


def test_a_class_is_never_set_against_itself() -> None:
    app = open_inspect(target="3", against="3")
    assert "against=3" in unescape(app.warning[0].value)
    assert "Dress" not in app.selectbox(key="inspect_against@en").options
    app = open_inspect(target="3", against="6")
    app.selectbox(key="inspect_target@en").set_value("6").run()
    assert not app.exception
    assert not app.error
    assert app.selectbox(key="inspect_against@en").value == "nothing"


@pytest.mark.parametrize("method", [name for name, method in METHODS.items() if method.knows_class])
def test_every_method_shows_one_class_against_another(method: str) -> None:
    app = open_inspect(method=method, target="2", against="4")
    assert not app.error
    text = words(app)
    assert text.count(": why Pullover and not Coat (difference of the logits ") == 2
    assert text.count("Values from ") == 2
    assert "Here the score is the logit of Pullover minus that of Coat." in text
    assert ("Positive values are evidence for Pullover rather than Coat" in text) == METHODS[method].signed


def test_the_page_its_link_and_the_command_line_have_one_map_of_two_classes(
    inspector: Inspector,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The map by a click, by the link that the click wrote, and by ``explain --against``."""
    raw: dict[str, Any] = {}
    ask = inspector.ask

    def listening(question: str, values: dict[str, Any], *rest: Any) -> Frame:
        frame = ask(question, values, *rest)
        if question == "maps":
            raw[values["model"]] = frame.arrays["raw"][0]
        return frame

    monkeypatch.setattr(inspector, "ask", listening)
    seen = np.random.default_rng(4).integers(0, 256, (28, 28), dtype=np.uint8)
    photo = tmp_path / "photo.png"
    Image.fromarray(seen).save(photo)
    app = open_inspect(source="upload", method="input-x-gradient", target="5", against="7")
    raw.clear()
    app.file_uploader(key="inspect_upload").set_value((photo.name, photo.read_bytes(), "image/png")).run()
    assert set(raw) == {"bundled:plain", "bundled:residual"}
    for model, values in raw.items():
        asked = ["--method", "input-x-gradient", "--target", "5", "--against", "sneaker"]
        with pytest.raises(SystemExit, match=r"^0$"):
            main(["explain", str(photo), "--model", model, *asked, "--json"])
        report = json.loads(capsys.readouterr().out)
        assert (report["target"], report["against"]) == ("Sandal", "Sneaker")
        np.testing.assert_allclose(values, report["map"]["values"], rtol=1e-6)


def test_every_check_of_the_map_is_about_the_two_classes(
    inspector: Inspector, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, set[str]] = {}
    ask = inspector.ask

    def listening(question: str, values: dict[str, Any], *rest: Any) -> Frame:
        asked.setdefault(question, set()).add(str(values.get("options")))
        return ask(question, values, *rest)

    monkeypatch.setattr(inspector, "ask", listening)
    app = open_inspect(look="honesty", target="1", against="8")
    assert not app.error
    assert not app.warning
    for question in ("maps", "baselines", "sanity", "faith"):
        assert asked[question] == {"{'against': 8}"}, question


def test_layer_activation_offers_no_second_class() -> None:
    app = open_inspect(method="activation", target="2", against="4")
    assert not app.error
    assert not any(box.key == "inspect_against@en" for box in app.selectbox)
    assert not any(button.key == "inspect_contrast" for button in app.button)


def test_checkpoints_say_how_far_the_two_logits_are_apart_at_each() -> None:
    race_with_checkpoints()
    text = words(open_inspect(look="time", target="2", against="4"))
    told = re.findall(r"Logit of Pullover minus that of Coat after 10 steps: ([+−][0-9.]+); map from ", text)
    apart = re.findall(r"why Pullover and not Coat \(difference of the logits ([+−][0-9.]+)\)", text)
    assert len(told) == 2
    assert told == apart
