"""Choices of the Inspect page in the link, on a page of one widget."""

from typing import Any

from streamlit.testing.v1 import AppTest


def page() -> None:
    import streamlit as st

    from resnet_viz.ui.inspection.link import choose, notices, take_over_link

    take_over_link()
    value = choose("sort", ["a", "b", "c"], "a", lambda key: st.selectbox("S", ["a", "b", "c"], key=key))
    number = choose("step", [0, 10], 10, lambda key: st.select_slider("N", [0, 10], key=key))
    st.text(f"{value} {number}")
    st.caption("|".join(notices()))


def opened(**link: str) -> AppTest:
    app = AppTest.from_function(page)
    for name, value in link.items():
        app.query_params[name] = value
    return app.run()


def link_of(app: AppTest) -> dict[str, Any]:
    return dict(app.query_params)


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


def test_illegal_values_fall_back_and_are_reported() -> None:
    app = opened(sort="<b>" * 100, step="7")
    assert app.text[0].value == "a 10"
    told = app.caption[0].value
    assert "step=7" in told
    assert len(told) < 300
    assert link_of(app) == {}


def test_another_link_in_the_same_session_is_followed() -> None:
    app = opened(sort="b")
    app.query_params["sort"] = "c"
    app.run()
    assert app.text[0].value == "c 10"


def test_parameters_of_other_pages_are_left_alone() -> None:
    app = opened(depth="56", sort="b")
    app.selectbox[0].set_value("a").run()
    assert link_of(app) == {"depth": "56"}
