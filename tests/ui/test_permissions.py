"""Whose browser it is: by its cookie, and where it keeps none for as long as the tab is open."""

from types import SimpleNamespace

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from resnet_viz.store import COMMAND_LINE
from resnet_viz.ui.http import OWNER_COOKIE, new_identity
from resnet_viz.ui.permissions import LOCAL


def _page() -> None:
    import streamlit as st

    from resnet_viz.ui.permissions import owner

    st.text(owner())


def owners(monkeypatch: pytest.MonkeyPatch, **cookies: str) -> tuple[str, str]:
    """Who is meant in two script runs of one tab."""
    monkeypatch.setattr(st, "context", SimpleNamespace(cookies=cookies))
    tab = AppTest.from_function(_page).run()
    first = tab.text[0].value
    return first, tab.run().text[0].value


def test_a_browser_is_known_by_its_cookie(monkeypatch: pytest.MonkeyPatch) -> None:
    identity = new_identity()
    assert owners(monkeypatch, **{OWNER_COOKIE: identity}) == (identity, identity)


def test_who_blocks_cookies_is_one_person_and_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    first, again = owners(monkeypatch)
    assert first == again
    assert first not in (LOCAL, COMMAND_LINE, *owners(monkeypatch))


@pytest.mark.parametrize("forged", [LOCAL, COMMAND_LINE, "", "x" * 23, "a" * 25, "ä" * 24])
def test_nobody_becomes_the_command_line_by_a_cookie(monkeypatch: pytest.MonkeyPatch, forged: str) -> None:
    assert forged not in owners(monkeypatch, **{OWNER_COOKIE: forged})
