"""The Architectures page without a browser: what is drawn, its difference, sections, links and languages."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from resnet_viz.events import Profile
from resnet_viz.specs import NetworkSpec, RunSpec
from resnet_viz.store import Store
from resnet_viz.ui.architectures import panes
from resnet_viz.ui.permissions import LOCAL
from resnet_viz.wording import number
from tests.made.stored import queue, write
from tests.ui.test_inspect_page import race_with_checkpoints

pytestmark = pytest.mark.usefixtures("shared_inspector")

MAIN = Path(__file__).parents[2] / "resnet_viz" / "ui" / "main.py"
SECTIONS = ("costs", "claims", "view", "play", "block", "outline", "take")


@pytest.fixture
def drawings(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the last script run has drawn, a pane each."""
    found: list[dict[str, Any]] = []
    monkeypatch.setattr(
        panes, "show_drawing", lambda drawn, **told: found.append({"drawn": "".join(drawn), **told})
    )
    return found


def open_page(**link: str) -> AppTest:
    app = AppTest.from_file(str(MAIN), default_timeout=120)
    app.run()
    for parameter, value in link.items():
        app.query_params[parameter] = value
    app.switch_page("../../pages/architectures.py")
    app.run()
    assert not app.exception
    return app


def words(app: AppTest) -> str:
    return " ".join(str(one.proto.body) for one in app.get("html")) + " ".join(
        one.value for kind in (app.markdown, app.caption, app.warning, app.error) for one in kind
    )


def test_both_networks_are_drawn_before_anything_is_chosen(drawings: list[dict[str, Any]]) -> None:
    app = open_page()
    plain, residual = drawings
    assert "data-skips" not in plain["drawn"]
    assert residual["drawn"].count("data-skips") == 5  # of nine: those of blocks that are alike are one path
    assert "0 skip connections" in plain["label"]
    assert "9 skip connections" in residual["label"]
    assert words(app).count("269,722 parameters · 40,551,040 multiply-adds") == 2


def test_the_difference_is_said_in_counts(drawings: list[dict[str, Any]]) -> None:
    app = open_page(show="difference")
    assert "269,722 parameters in both; the only difference is 9 additions." in words(app)
    assert len(drawings) == 1
    assert drawings[0]["drawn"].count('skip identity added"') == 3
    assert "weighted added" not in drawings[0]["drawn"]


def test_a_difference_of_families_names_what_is_added_and_removed() -> None:
    app = open_page(show="difference", left="vgg", right="residual", depth="20")
    assert "parameters against" in words(app)
    assert "additions 9" in words(app)


def test_the_table_has_the_totals() -> None:
    text = words(open_page())
    assert text.count("<td>269,722</td>") == 2
    assert "<td>all</td>" in text


def test_a_link_restores_everything(drawings: list[dict[str, Any]]) -> None:
    link = {
        "left": "densenet+growth=24",
        "right": "torchvision:resnet34",
        "depth": "22",
        "level": "operation",
        "form": "stream",
        "paint": "parameters",
    }
    app = open_page(**link)
    dense, published = drawings
    assert "DenseNet" in dense["label"]
    assert dense["drawn"].count('class="merge"') >= 3
    assert "16 skip connections" in published["label"]
    assert "painted" in published["drawn"]
    assert {name: app.query_params[name] for name in link} == link


def test_what_a_link_asks_for_and_cannot_be_had_is_said() -> None:
    app = open_page(left="transformer", depth="21", level="atom")
    assert "transformer" in words(app)
    assert "269,722 parameters" in words(app)


def test_what_runs_recorded_is_painted_step_by_step(store: Store, drawings: list[dict[str, Any]]) -> None:
    taps = ("stem", "stage1.block1.conv1", "stage3.block1.conv2", "head")
    rows = np.array([[1, 2, 3, 4], [0.5, 0.25, 0.125, 8]], np.float32)
    network = NetworkSpec(depth=8, width=4)
    runs = queue(store, [RunSpec(network=network.but(shortcut=kind)) for kind in ("none", "identity")], LOCAL)
    for run, factor in zip(runs, (1, 10), strict=True):
        write(store, run, Profile("grad/relative", taps, np.array([0, 5]), factor * rows))
    plain, residual = runs
    app = open_page(left=f"run:{plain}", right=f"run:{residual}", paint="grad/relative", level="operation")
    for step, row in ((5, rows[1]), (0, rows[0])):
        next(slider for slider in app.select_slider if slider.label == "Training step").set_value(step).run()
        assert not app.exception
        for pane, factor in zip(drawings[-2:], (1, 10), strict=True):
            assert pane["drawn"].count("--share: 0.000") < pane["drawn"].count("painted")
            for tap, value in zip(taps, row, strict=True):
                assert f"<dd>{number(float(factor * value))}</dd>" in pane["facts"][tap], (step, tap)
    assert app.query_params["step"] == "0"


def test_of_a_run_the_trained_weights_are_looked_through() -> None:
    text = words(open_page(look="view"))
    assert text.count("random weights, seed 0") == 2 * 2  # below the picture, and for who does not see it
    group = race_with_checkpoints()
    text = words(open_page(look="view", left=f"run:{group.run_ids[0]}"))
    assert text.count("trained weights") == 2
    assert text.count("random weights, seed 0") == 2


def test_facts_write_the_products_out(drawings: list[dict[str, Any]]) -> None:
    open_page(level="operation", batch="1")
    facts = drawings[1]["facts"]["stage1.block1.conv1"]
    assert "6,912 = 3 · 3·3·16·16" in facts
    assert "7,077,888 = 3 · 3·3·16·16·32·32" in facts
    assert "16 × 32 × 32 · 66 kB" in facts  # 65,536 bytes
    assert "5×5 pixels – 13×13 pixels" in facts


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_opens(section: str, language: str) -> None:
    app = open_page(look=section, lang=language)
    assert not app.error
    assert len(words(app)) > 200


def test_claims_compute_themselves() -> None:
    text = words(open_page(look="claims"))
    assert "option A adds 0, B 2,752, C 14,240" in text
    assert text.count("<tr>") >= 10
    assert "published: He et al. 2015" in text


def test_a_block_without_norm_is_seen_in_the_gradient_before_the_first_step() -> None:
    usual, without = (words(open_page(look="block", norm=norm)) for norm in ("batch", "none"))
    assert usual != without
    assert "Residual (no-norm)-20" in without
