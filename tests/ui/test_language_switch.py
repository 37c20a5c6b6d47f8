"""A change of language changes words and nothing else."""

import pytest
from streamlit.testing.v1 import AppTest

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
