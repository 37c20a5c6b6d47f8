"""The Lab page without a browser: all questions, one sheet, predictions, links."""

from typing import Any

import pytest

from resnet_viz.events import RunState
from resnet_viz.lab.answers import TASK, asking, prediction_key
from resnet_viz.lab.question import DRAWN_POINTS
from resnet_viz.lab.table import QUESTIONS
from resnet_viz.locale import gettext, set_language
from resnet_viz.store import Store
from resnet_viz.ui.lab import predict
from resnet_viz.ui.permissions import LOCAL
from tests.lab.pairs import made_race
from tests.ui.test_pages import open_page, texts


def test_the_index_has_every_question_and_its_recorded_answer(store: Store) -> None:
    app = open_page("lab")
    labels = [button.label for button in app.button]
    assert [one.title for one in QUESTIONS.values() if one.title not in labels] == []
    assert texts(app).count("recorded,") == len(QUESTIONS)


@pytest.mark.parametrize("name", QUESTIONS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_sheet_shows_its_recorded_answer_and_says_that_it_is_one(
    store: Store, name: str, language: str
) -> None:
    app = open_page("lab", question=name, lang=language)
    set_language(language)
    try:
        assert app.title[0].value == gettext(QUESTIONS[name].title)
        assert any(gettext(limit) in texts(app) for limit in QUESTIONS[name].limits)
    finally:
        set_language("en")
    assert not app.error


def test_a_question_is_opened_and_left_again(store: Store) -> None:
    app = open_page("lab")
    app.button(key="lab_open_lesion").click().run()
    assert app.title[0].value == "What happens if one block is removed?"
    assert app.query_params["question"] in ("lesion", ["lesion"])
    app.button(key="lab_do_leave").click().run()
    assert app.title[0].value == "Lab"
    assert "question" not in app.query_params


def test_a_prediction_is_stored_before_the_measurement_is_asked_for(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = [0.1 * point for point in range(DRAWN_POINTS)]
    monkeypatch.setattr(predict, "draw_curve", lambda _asked, *, key: drawn)
    app = open_page("lab", question="lesion")
    key = prediction_key(asking(QUESTIONS["lesion"]).values(store))
    order: list[str] = []

    def noted(kept: Any, name: str) -> None:
        done = getattr(kept, name)

        def note(_self: object, *told: Any, **more: Any) -> Any:
            order.append(name)
            return done(*told, **more)

        monkeypatch.setattr(type(kept), name, note)

    noted(store.predictions, "keep")
    noted(store.measurements, "ask")
    app.button(key="lab_do_measure@en").click().run()
    assert order == ["keep", "ask"]
    assert store.predictions.of(LOCAL, key) == drawn
    (waiting,) = store.measurements.under_way()
    assert waiting.spec.task == TASK
    app.button(key="lab_do_stop").click().run()
    assert store.measurements.under_way() == []
    assert "You said: the curve that you drew." in texts(open_page("lab", question="lesion"))


def test_of_a_race_its_seeds_stand_there_or_which_one_a_question_takes(store: Store) -> None:
    race = made_race(store, 3, {2: RunState.STOPPED})
    app = open_page("lab", question="lesion", about=race)
    assert "Seeds: 0, 1. Left out: seed 2 (not finished)." in texts(app)
    assert "about 1 s with these settings" in texts(
        app
    )  # two pairs that are far smaller than the bundled one
    app = open_page("lab", question="landscape", about=race)
    assert "This question takes one pair of networks, that of seed 0." in texts(app)
    app = open_page("lab", question="lesion", about=store.group(race).run_ids[0])
    assert not app.exception
    assert "Seeds:" not in texts(app)  # a run is its seed alone


def test_what_cannot_be_had_of_a_link_is_said(store: Store) -> None:
    assert "question=nonsense" in texts(open_page("lab", question="nonsense"))
    app = open_page("lab", question="lesion", about="nosuchrace", images="7")
    assert "about=nosuchrace" in texts(app)
    assert "images=7" in texts(app)


def test_other_settings_are_said_not_to_be_measured_yet(store: Store) -> None:
    app = open_page("lab", question="lesion", images="2000")
    assert "Not measured yet with these settings." in [info.value for info in app.info]
    app.button(key="lab_do_reset").click().run()
    assert "Recorded on" in "".join(one.label for one in app.expander)


def test_another_question_begins_with_its_own_defaults(store: Store) -> None:
    app = open_page("lab", question="first_gradient", depth="110", seeds="5")
    assert "Not measured yet with these settings." in [info.value for info in app.info]
    app.button(key="lab_do_leave").click().run()
    assert "depth" not in app.query_params
    app.button(key="lab_open_shattered").click().run()
    assert not app.info
    assert "Recorded on" in "".join(one.label for one in app.expander)
    assert "depth" not in app.query_params
