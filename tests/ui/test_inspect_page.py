"""The Inspect page without a browser: every choice, the link, refusals, and what it says of maps."""

import json
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from resnet_viz.attribution.methods import METHODS
from resnet_viz.cli.app import main
from resnet_viz.data.photographs import PHOTOGRAPHS
from resnet_viz.events import Facts, Progress, RunState, StateChanged
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.experiments.forks import forked
from resnet_viz.experiments.kinds import RACE
from resnet_viz.jobs.experiments import start_experiment
from resnet_viz.jobs.forks import FORK
from resnet_viz.jobs.inspector import Inspector
from resnet_viz.processes.channel import Frame
from resnet_viz.specs import Block
from resnet_viz.store import GroupRecord
from resnet_viz.ui import server
from resnet_viz.ui.inspection import choose_networks
from tests.images.files import gradient, jpeg_of, png_of
from tests.made.stored import write
from tests.made.trained import saved

pytestmark = pytest.mark.usefixtures("shared_inspector")

MAIN = Path(__file__).parents[2] / "resnet_viz" / "ui" / "main.py"


def open_inspect(**link: str) -> AppTest:
    """The page after its first run."""
    app = AppTest.from_file(str(MAIN), default_timeout=60)
    app.run()
    for parameter, value in link.items():
        app.query_params[parameter] = value
    app.switch_page("../../pages/inspect.py")
    app.run()
    assert not app.exception
    return app


def words(app: AppTest) -> str:
    kinds = (app.title, app.subheader, app.markdown, app.caption, app.warning, app.error, app.info)
    return "\n".join(element.value for kind in kinds for element in kind)


def race_with_checkpoints(
    *,
    missing: bool = False,
    block: Block = "basic",
    depth: int = 8,
    seeds: int = 1,
    families: tuple[str, ...] = ("plain", "residual"),
) -> GroupRecord:
    """A finished race of two steps' worth of checkpoints, written as two workers would."""
    preset = RACE.presets["shallow"].spec
    run = preset.run.but(
        network=preset.run.network.but(width=2, block=block, depth=depth),
        train=preset.run.train.but(steps=10, batch_size=16),
        data=preset.run.data.but(resolution_px=8, train_size=100),
    )
    store = server.store()
    group = start_experiment(store, RACE, Experiment(run=run, seeds=seeds, families=families), "local")
    for run_id in group.run_ids:
        record = store.run(run_id)
        kept = () if missing else (0, 10)
        weights = [saved(store.run_folder(run_id), record.spec, at, seed=record.seed + at) for at in kept]
        ended = Facts({"test_accuracy": 0.25}), Progress(10), StateChanged(RunState.FINISHED)
        write(store, run_id, *weights, *ended)
    return group


def test_a_fresh_install_shows_the_bundled_pair() -> None:
    app = open_inspect()
    assert app.selectbox(key="inspect_networks@en").value == "bundled"
    text = words(app)
    assert "Plain: test accuracy 89.8%" in text
    assert "Residual: test accuracy 91.2%" in text
    assert "test image 987" in text
    assert "Grad-CAM" in app.selectbox(key="inspect_method@en").options
    assert not app.error


def test_without_a_choice_it_opens_where_the_bundled_networks_differ() -> None:
    """The predictions are the networks' own, computed for the page."""
    text = words(open_inspect())
    assert "**True class: Pullover**" in text
    assert [line for line in text.splitlines() if line.startswith("Prediction: ")] == [
        "Prediction: **Coat**  ",
        "Prediction: **Pullover**  ",
    ]
    assert text.index("✗ wrong") < text.index("✓ correct")


def test_an_image_of_ones_own_choice_is_kept() -> None:
    assert "test image 5 " in words(open_inspect(image="5"))


def test_without_weights_the_page_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choose_networks, "pairs_here", lambda: ())
    app = open_inspect()
    assert "no trained network here yet" in app.info[0].value
    assert not any(box.key == "inspect_method@en" for box in app.selectbox)


def test_choices_go_to_the_link_and_come_from_it() -> None:
    app = open_inspect(method="saliency", target="3", opacity="40", image="7")
    assert app.selectbox(key="inspect_method@en").value == "saliency"
    assert app.selectbox(key="inspect_target@en").value == "3"
    assert app.slider(key="inspect_opacity@en").value == 40
    assert "test image 7" in words(app)
    app.selectbox(key="inspect_method@en").set_value("gradcam").run()
    assert not app.exception
    assert "method" not in app.query_params
    app.select_slider(key="inspect_layer@en").set_value("stage2.block1").run()
    assert app.query_params["layer"] == "stage2.block1"
    assert app.query_params["target"] == "3"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("method", "magic"),
        ("layer", "stage9"),
        ("target", "99"),
        ("against", "99"),
        ("opacity", "-5"),
        ("look", "x"),
        ("view", "?"),
    ],
)
def test_what_a_link_asks_for_and_cannot_be_had_is_told(name: str, value: str) -> None:
    app = open_inspect(**{name: value})
    assert f"{name}={value}" in unescape(app.warning[0].value)
    assert not app.error


@pytest.mark.parametrize("value", ["../../etc/passwd", "file:/etc/passwd", "zzzzzzzzzz"])
def test_a_link_never_names_a_file(value: str) -> None:
    app = open_inspect(networks=value)
    assert app.selectbox(key="inspect_networks@en").value == "bundled"
    assert value in unescape(app.warning[0].value)


def test_an_image_that_there_is_not_is_told() -> None:
    app = open_inspect(image="500000")
    assert "2000 test images" in app.error[0].value
    assert not app.exception


@pytest.mark.parametrize("method", METHODS)
def test_every_method_shows_a_map_for_both_networks(method: str) -> None:
    app = open_inspect(method=method)
    assert not app.error
    assert words(app).count("Values from ") == 2
    assert METHODS[method].meaning in words(app)


@pytest.mark.parametrize("look", ["layers", "depth", "honesty", "time"])
def test_every_section_opens(look: str) -> None:
    app = open_inspect(look=look)
    assert not app.error
    assert not app.warning


def test_the_first_convolution_has_no_block_to_take_apart() -> None:
    assert "x, the input" in words(open_inspect(look="layers"))
    assert "x, the input" not in words(open_inspect(look="layers", layer="stem"))


def test_an_empty_map_is_explained() -> None:
    """For some class the plain network's map has no positive value."""
    texts = [words(open_inspect(target=str(target))) for target in range(5, 10)]
    assert any("No evidence for this class" in text for text in texts)


def test_layer_activation_is_shown_without_a_word_of_classes() -> None:
    """At this layer it is negative everywhere, which was said to speak against the class asked about."""
    app = open_inspect(method="activation", layer="stage1.block2.conv1")
    assert not any(box.key == "inspect_target@en" for box in app.selectbox)
    assert list(app.pills(key="inspect_view@en").options) == ["Positive values", "All values"]
    told = [element.value for kind in (app.info, app.caption) for element in kind]
    assert any("Every value of the map is zero or negative" in text for text in told)
    assert not any("this class" in text or "speaks" in text or "logit" in text for text in told)
    app = open_inspect(method="activation", look="honesty")
    assert not app.error
    assert "nothing of classes" in words(app)
    assert "Area, painted over" not in str(app.get("html"))


def test_grad_cam_at_a_convolution_says_that_it_is_taken_before_norm_and_relu() -> None:
    assert "before any normalisation and ReLU" in words(open_inspect(layer="stage1.block2.conv1"))
    assert "before any normalisation and ReLU" not in words(open_inspect(layer="stage1.block2"))


@pytest.mark.parametrize("method", ["guided-gradcam", "guided-backprop"])
def test_what_random_weights_do_to_a_map_is_what_was_measured_here(method: str) -> None:
    """On the bundled residual network SSIM is 0.92 with a random classifier for one, 0.53 for the other."""
    text = words(open_inspect(method=method, look="honesty"))
    assert "known to fail" not in text
    assert "hardly changes" not in text
    assert text.count("with the trained map") == 2
    assert "(seed 1)" in text
    assert "Infidelity" not in text


def test_the_remainder_of_integrated_gradients_is_shown() -> None:
    text = words(open_inspect(method="integrated-gradients", source="test", image="1386"))
    assert text.count("the logits (scores before softmax) differ by") == 2
    assert "The values do not account for" not in text


def test_no_relu_is_shown_after_the_addition_of_a_pre_activation_block() -> None:
    assert "after the ReLU" in words(open_inspect(look="layers"))
    group = race_with_checkpoints(block="preactivation")
    text = words(open_inspect(look="layers", networks=group.id))
    assert "no skip connection: nothing is added" in text
    assert "after the ReLU" not in text


def test_a_race_is_preselected_and_its_checkpoints_compared() -> None:
    group = race_with_checkpoints()
    app = open_inspect(look="time")
    assert app.selectbox(key="inspect_networks@en").value == group.id
    assert list(app.select_slider(key="inspect_step@en").options) == ["after 0 steps", "after 10 steps"]
    before = words(app)
    assert "after 10 steps:" in before
    app.select_slider(key="inspect_when@en").set_value(0).run()
    assert not app.exception
    assert "after 0 steps:" in words(app)
    assert app.query_params["when"] == "0"
    app.select_slider(key="inspect_step@en").set_value(0).run()
    assert app.query_params["step"] == "0"
    assert not app.error


def test_a_fork_is_offered_but_the_race_is_preselected() -> None:
    race = race_with_checkpoints()
    store = server.store()
    changed = forked(store.run(race.run_ids[1]).spec, race.run_ids[1], 0, "cut")
    fork = store.add_group(FORK, "local", changed.to_json(), [changed])
    write(store, fork.run_ids[0], saved(store.run_folder(fork.run_ids[0]), changed, 10, seed=0))
    choice = open_inspect().selectbox(key="inspect_networks@en")
    assert choice.value == race.id
    assert any(fork.id in title for title in choice.options)


def test_a_checkpoint_that_is_gone_is_told() -> None:
    group = race_with_checkpoints()
    for run_id in group.run_ids:
        for file in server.store().run_folder(run_id).glob("*.safetensors"):
            file.unlink()
    app = open_inspect()
    assert "There is no network" in app.error[0].value
    assert not app.exception


def test_a_race_without_checkpoints_is_not_offered() -> None:
    group = race_with_checkpoints(missing=True)
    assert group.id not in "".join(open_inspect().selectbox(key="inspect_networks@en").options)
    assert links_of_race(group) == []


def links_of_race(group: GroupRecord) -> list[str]:
    """What the race page's links to this page ask for."""
    app = AppTest.from_file(str(MAIN), default_timeout=60)
    app.query_params["race"] = group.id
    app.run()
    app.switch_page("../../pages/race.py").run()
    assert not app.exception
    return [link.proto.query_string for link in app.get("page_link") if link.proto.page == "inspect"]


def test_a_finished_race_leads_to_its_networks() -> None:
    race_with_checkpoints()
    group = race_with_checkpoints()
    everything, disagreements = (dict(parse_qsl(asked)) for asked in links_of_race(group))
    assert open_inspect(**everything).selectbox(key="inspect_networks@en").value == group.id
    app = open_inspect(**disagreements)
    assert app.selectbox(key="inspect_networks@en").value == group.id
    assert app.selectbox(key="inspect_group@en").value == "only-residual"


def test_the_test_images_by_who_is_right() -> None:
    app = open_inspect(source="test")
    group = app.selectbox(key="inspect_group@en")
    assert any(option.startswith("Plain wrong, residual right (") for option in group.options)
    group.set_value("only-residual").run()
    assert not app.exception
    app.selectbox(key="inspect_class@en").set_value("6").run()
    assert not app.exception
    assert app.query_params["group"] == "only-residual"
    assert any(caption.value.startswith("1–") for caption in app.caption)


def test_block_by_block_says_when_each_network_knows_and_what_the_additions_are_credited_with() -> None:
    app = open_inspect(look="blocks")
    assert not app.error
    said = [caption.value for caption in app.caption]
    assert [sum(one.startswith(f"{name}: ") for one in said) for name in ("Plain", "Residual")] == [1, 1]
    assert any(one.startswith("Skip connection, ⟨g, x⟩: in all ") for one in said)
    app.select_slider(key="inspect_addition@en").set_value("stage1.block2").run()
    assert not app.exception
    assert app.query_params["addition"] in ("stage1.block2", ["stage1.block2"])


def upload(name: str, data: bytes) -> AppTest:
    app = open_inspect(source="upload")
    app.file_uploader(key="inspect_upload").set_value((name, data, "image/png")).run()
    assert not app.exception
    return app


def test_an_uploaded_photo_is_shown_with_what_was_done_to_it() -> None:
    app = upload("my<b>photo.jpg", jpeg_of(gradient(60, 90)))
    text = words(app)
    assert "Only the middle 60 × 60 of 90 × 60 pixels are used." in text
    assert "Colours were turned into grey." in text
    assert "unlike the training images" in app.warning[0].value
    assert "my<b>" not in text
    assert "Predicted class: " in "".join(app.selectbox(key="inspect_target@en").options)
    app.radio(key="inspect_fit@en").set_value("letterbox").run()
    assert "Black bars fill it up" in words(app)


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_a_sample_photograph_is_credited_and_said_to_be_far_from_clothes(name: str) -> None:
    app = open_inspect(photo=name)
    assert not app.error
    text = words(app)
    assert PHOTOGRAPHS[name].author in text
    assert "unlike the training images" in app.warning[0].value
    described = [image.proto.imgs[0].alt for image in app.get("image")]
    assert PHOTOGRAPHS[name].description in described[0]


@pytest.mark.parametrize(("fit", "options"), [("crop", ()), ("letterbox", ("--fit", "letterbox"))])
def test_a_large_photo_gets_the_numbers_of_the_command_line(
    fit: str,
    options: tuple[str, ...],
    inspector: Inspector,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """12 megapixels on both ways to the networks: the same logits to the last bit."""
    photo = tmp_path / "photo.jpg"
    rough = np.random.default_rng(1).integers(0, 256, (60, 80, 3), dtype=np.uint8)
    Image.fromarray(rough).resize((4000, 3000)).save(photo, quality=90)
    answered: dict[str, list[float]] = {}
    ask = inspector.ask

    def listening(question: str, values: dict[str, str], *rest: Any) -> Frame:
        frame = ask(question, values, *rest)
        if question == "predict":
            answered[values["model"]] = frame.arrays["logits"][0].tolist()
        return frame

    monkeypatch.setattr(inspector, "ask", listening)
    app = open_inspect(source="upload", fit=fit)
    answered.clear()
    app.file_uploader(key="inspect_upload").set_value((photo.name, photo.read_bytes(), "image/jpeg")).run()
    said = words(app)
    for model, logits in answered.items():
        with pytest.raises(SystemExit, match=r"^0$"):
            main(["explain", str(photo), "--model", model, *options, "--json"])
        report = json.loads(capsys.readouterr().out)
        assert sorted(logits) == sorted(found["logit"] for found in report["predictions"])
        assert all(change in said for change in report["image"]["changes"])
    assert set(answered) == {"bundled:plain", "bundled:residual"}


def test_an_upload_is_still_there_after_a_look_at_something_else() -> None:
    app = upload("mine.jpg", jpeg_of(gradient(60, 90)))
    app.pills(key="inspect_source@en").set_value("samples").run()
    assert "mine.jpg" not in words(app)
    app.pills(key="inspect_source@en").set_value("upload").run()
    assert "What came: mine&#46;jpg" in words(app)
    app.button(key="inspect_upload_remove").click().run()
    assert not app.exception
    assert "What came" not in words(app)


def test_a_refused_file_is_told_in_a_sentence_and_nothing_is_lost() -> None:
    app = upload("page.png", b"<!DOCTYPE html><script>alert(1)</script>")
    assert app.error[0].value.startswith("This is a web page, not an image")
    app.file_uploader(key="inspect_upload").set_value(("a.png", png_of(gradient(28, 28)), "image/png")).run()
    assert not app.error
    assert words(app).count("Values from ") == 2


def test_chinese() -> None:
    app = open_inspect(lang="zh")
    assert app.title[0].value == "观察网络"


def test_the_same_image_is_asked_about_once(inspector: Inspector, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    ask = inspector.ask

    def counted(question: str, *rest: object) -> object:
        asked.append(question)
        return ask(question, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(inspector, "ask", counted)
    app = open_inspect()
    asked.clear()
    app.slider(key="inspect_opacity@en").set_value(20).run()
    assert asked == []
    app.select_slider(key="inspect_layer@en").set_value("stage1.block1").run()
    assert asked == ["maps", "maps"]
    assert np.isfinite(app.slider(key="inspect_opacity@en").value)
