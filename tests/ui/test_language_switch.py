"""A change of language changes words and nothing else."""

import pytest
from streamlit.testing.v1 import AppTest

from resnet_viz.ui import link
from tests.ui.test_pages import open_page


def options_of_widgets(app: AppTest) -> dict[str, tuple[str, ...]]:
    """What every widget with options offers, by the identity that the browser knows it by."""
    kinds = (app.selectbox, app.multiselect, app.button_group, app.select_slider, app.radio)
    return {
        widget.proto.id: tuple(getattr(option, "content", option) for option in widget.proto.options)
        for kind in kinds
        for widget in kind
    }


@pytest.mark.parametrize("page", ["race", "depth", "inspect", "runs"])
def test_a_widget_whose_options_are_translated_is_another_one_in_each_language(page: str) -> None:
    # The browser answers with the text of an option. A widget that outlives the change of language
    # answers with a text of the other language, which the server takes for a value nobody knows.
    english, chinese = (options_of_widgets(open_page(page, lang=words)) for words in ("en", "zh"))
    assert len(english) == len(chinese)
    survivors = [known for known in english.keys() & chinese.keys() if english[known] != chinese[known]]
    assert survivors == []


def test_a_request_sent_before_the_switch_does_not_take_it_back(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(link, "monotonic", lambda: now[0])
    app = open_page(lang="zh")
    app.segmented_control(key="language_switch").set_value("en").run()
    assert "skip connection" in app.title[0].value
    app.query_params["lang"] = "zh"  # from a page that refreshed itself and had not heard of the new link
    app.run()
    assert "skip connection" in app.title[0].value
    assert app.query_params["lang"] in ("en", ["en"])
    app.run()
    now[0] += 60
    app.query_params["lang"] = "zh"  # and this is the button Back
    app.run()
    assert "skip connection" not in app.title[0].value


def test_what_the_browser_says_again_of_the_language_it_has_left_changes_nothing() -> None:
    app = open_page("depth", depths="8,14", width="4", resolution="8", steps="100")
    asked = dict(app.query_params)
    old = app._tree.get_widget_states()  # what the browser says until it has heard of the new widgets
    app.segmented_control(key="language_switch").set_value("zh").run()
    app._run(old)
    assert asked.items() <= dict(app.query_params).items()
