"""Links that went through mail, course pages and social networks before somebody follows them."""

from html import unescape

import pytest
from streamlit.testing.v1 import AppTest

from tests.ui.test_pages import open_page

PAGES = ("home", "race", "depth", "inspect", "runs")
_UNKNOWN = "which is no setting of this page"


def remarks(app: AppTest) -> list[str]:
    return [unescape(warning.value) for warning in app.warning if _UNKNOWN in unescape(warning.value)]


@pytest.mark.parametrize("escaped", ["amp;", "amp;amp;"])
@pytest.mark.parametrize(
    ("page", "name", "value", "key"),
    [
        ("race", "width", "4", "race_set_width"),
        ("depth", "width", "4", "depth_set_width"),
        ("inspect", "opacity", "60", "inspect_opacity@en"),
        ("runs", "q", "plain", "runs_q@en"),
    ],
)
def test_a_link_copied_from_a_pages_source_is_understood(
    page: str, name: str, value: str, key: str, escaped: str
) -> None:
    app = open_page(page, **{"lang": "en", f"{escaped}{name}": value})
    assert str(app.session_state[key]) == value
    assert not remarks(app)
    assert not any("amp;" in name for name in app.query_params)


def test_what_is_written_rightly_counts() -> None:
    app = open_page("race", **{"amp;width": "4", "width": "8"})
    assert app.session_state["race_set_width"] == 8


@pytest.mark.parametrize("page", PAGES)
def test_what_others_add_to_links_is_passed_over(page: str) -> None:
    added = {"utm_source": "mail", "utm_campaign": "x", "fbclid": "y", "gclid": "z", "embed": "true"}
    assert remarks(open_page(page, lang="en", **added)) == []


@pytest.mark.parametrize("page", PAGES)
def test_a_name_that_no_setting_has_is_named(page: str) -> None:
    app = open_page(page, dpeth="20")
    assert remarks(app) == ["The link sets dpeth, which is no setting of this page; it is ignored."]


def test_what_a_link_says_is_never_formatting() -> None:
    """A remark may not become a stranger's link, picture or headline."""
    hostile = "[Log in](https://bad.example) **b** <i> www.bad.example"
    app = open_page("race", **{hostile: "1", "depth": hostile, "preset": hostile, "race": hostile})
    assert len(app.warning) == 4
    for warning in app.warning:
        assert not set("[]*:<>") & set(warning.value)
        assert "www.b" not in warning.value


def test_remarks_on_a_hopeless_link_leave_the_page_readable() -> None:
    app = open_page("race", **{f"x{number}": "1" for number in range(50)}, **{"y" * 4000: "1"})
    assert 1 <= len(remarks(app)) <= 5
    assert all(len(remark) < 200 for remark in remarks(app))
