"""Choices in the link, on a page of a few widgets."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from resnet_viz.ui import link as link_module


def page() -> None:
    import streamlit as st

    from resnet_viz.ui.linked_choices import LinkedChoices

    link = LinkedChoices("test", ("sort", "step", "state", "q"))
    link.take_over()
    value = link.choose("sort", ["a", "b", "c"], "a", lambda key: st.selectbox("S", ["a", "b", "c"], key=key))
    number = link.choose("step", [0, 10], 10, lambda key: st.select_slider("N", [0, 10], key=key))
    some = link.choose_several(
        "state", ["x", "y", "z"], lambda key: st.multiselect("M", ["x", "y", "z"], key=key)
    )
    words = link.write_text("q", lambda key: st.text_input("Q", key=key))
    st.text(f"{value} {number}")
    st.code(f"{','.join(some)} {words}")
    st.caption("|".join(link.notices()))


def opened(**link: str) -> AppTest:
    app = AppTest.from_function(page)
    for name, value in link.items():
        app.query_params[name] = value
    return app.run()


def link_of(app: AppTest) -> dict[str, Any]:
    return {name: "".join(value) for name, value in app.query_params.items()}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds on the clock that the link goes by."""
    now = [100.0]
    monkeypatch.setattr(link_module, "monotonic", lambda: now[0])
    return now


def test_defaults_leave_the_link_empty() -> None:
    app = opened()
    assert app.text[0].value == "a 10"
    assert link_of(app) == {}


def test_the_link_is_followed_and_written() -> None:
    app = opened(sort="b", step="0")
    assert app.text[0].value == "b 0"
    app.selectbox[0].set_value("c").run()
    assert link_of(app) == {"sort": "c", "step": "0"}
    app.selectbox[0].set_value("a").run()
    assert link_of(app) == {"step": "0"}


def test_several_values_and_free_text_are_followed_and_written() -> None:
    app = opened(state="z,x", q="plain & deep")
    assert app.code[0].value == "x,z plain & deep"
    app.multiselect[0].set_value(["y"]).run()
    app.text_input[0].set_value("").run()
    assert link_of(app) == {"state": "y"}


def test_illegal_values_fall_back_and_are_reported() -> None:
    app = opened(sort="<b>" * 100, step="7")
    assert app.text[0].value == "a 10"
    told = app.caption[0].value
    assert "step=7" in told
    assert len(told) < 300
    assert link_of(app) == {}


def test_of_several_values_the_illegal_ones_are_reported_and_left_out() -> None:
    app = opened(state="x,nonsense")
    assert app.code[0].value.strip() == "x"
    assert "state=nonsense" in app.caption[0].value
    assert link_of(app) == {"state": "x"}


def test_another_link_in_the_same_session_is_followed() -> None:
    app = opened(sort="b")
    app.query_params["sort"] = "c"
    app.run()
    assert app.text[0].value == "c 10"


def test_parameters_of_other_pages_are_left_alone() -> None:
    app = opened(depth="56", sort="b")
    app.selectbox[0].set_value("a").run()
    assert link_of(app) == {"depth": "56"}


def test_two_choices_in_quick_succession_both_count() -> None:
    """The second request was sent before the browser had heard of the link with the first choice."""
    app = opened(sort="b")
    app.selectbox[0].set_value("c").run()
    app.query_params["sort"] = "b"
    app.select_slider[0].set_value(0).run()
    assert app.text[0].value == "c 0"
    assert link_of(app) == {"sort": "c", "step": "0"}


def test_two_choices_in_quick_succession_both_count_where_the_link_was_empty() -> None:
    app = opened()
    app.selectbox[0].set_value("c").run()
    del app.query_params["sort"]
    app.select_slider[0].set_value(0).run()
    assert link_of(app) == {"sort": "c", "step": "0"}


def test_the_button_back_is_followed_to_the_page_as_it_was_opened(clock: list[float]) -> None:
    app = opened()
    app.selectbox[0].set_value("c").run()
    clock[0] += 60
    del app.query_params["sort"]
    app.run()
    assert app.text[0].value == "a 10"
    assert link_of(app) == {}


def test_the_button_back_is_followed(clock: list[float]) -> None:
    app = opened(sort="b")
    app.selectbox[0].set_value("c").run()
    clock[0] += 60
    app.query_params["sort"] = "b"
    app.run()
    assert app.text[0].value == "b 10"
