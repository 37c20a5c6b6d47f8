"""Times on the page: the reader's, whatever the server's clock is set to."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit as st

from resnet_viz.ui import moments
from resnet_viz.ui.moments import day, moment

_WINTER_S = 1_700_000_000.0
"""2023-11-14 22:13:20 UTC."""
_SUMMER_S = 1_690_000_000.0
"""2023-07-22 04:26:40 UTC."""


@pytest.fixture(params=["UTC", "America/New_York"])
def servers_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def shown(monkeypatch: pytest.MonkeyPatch, zone: object, unix_s: float = _WINTER_S) -> str:
    monkeypatch.setattr(st, "context", SimpleNamespace(timezone=zone))
    return moment(unix_s)


@pytest.mark.usefixtures("servers_zone")
def test_a_time_is_the_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, "Asia/Shanghai") == "2023-11-15 06:13"
    assert day(_WINTER_S) == "2023-11-15"
    assert shown(monkeypatch, "Asia/Kathmandu") == "2023-11-15 03:58"
    assert shown(monkeypatch, "Europe/Berlin") == "2023-11-14 23:13"
    assert shown(monkeypatch, "Europe/Berlin", _SUMMER_S) == "2023-07-22 06:26"


@pytest.mark.usefixtures("servers_zone")
@pytest.mark.parametrize(
    "zone", [None, "", "Etc/Unknown", "../../etc/passwd", "Europe", "x" * 5000, "a\0", 7]
)
def test_where_the_browser_names_no_zone_it_is_written(monkeypatch: pytest.MonkeyPatch, zone: object) -> None:
    assert shown(monkeypatch, zone) == "2023-11-14 22:13 UTC"


def test_pages_show_no_time_of_the_servers_own() -> None:
    """Every time of day on a page comes from `moment`."""
    ui = Path(moments.__file__).parent
    for path in ui.rglob("*.py"):
        if path.name != "moments.py":
            assert not re.search(
                r"fromtimestamp|strftime|localtime|%H:%M", path.read_text(encoding="utf-8")
            ), path
