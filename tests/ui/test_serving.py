"""What once worked when people tried it, and is to stay so: ports, languages, the Back button."""

import os
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit as st

from resnet_viz.ui import language_switch
from tests.ui.conftest import ROOT
from tests.ui.test_pages import open_page


@pytest.mark.parametrize("locale", ["zh", "zh-CN", "ZH-hans-cn", "zh-Hant-TW", "zh_SG"])
def test_any_chinese_browser_gets_chinese(locale: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "context", SimpleNamespace(locale=locale))
    assert language_switch.of_browser() == "zh"


@pytest.mark.parametrize("locale", [None, "", "en-US", "de", "tlh", "x-klingon", "za", "é" * 1000])
def test_every_other_browser_gets_english(locale: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "context", SimpleNamespace(locale=locale))
    assert language_switch.of_browser() == "en"


def test_back_and_forward_show_the_settings_of_their_link() -> None:
    app = open_page("race", depth="20")
    visited = []
    for depth in (32, 56):
        app.query_params["depth"] = str(depth)  # as the browser's buttons do
        visited.append(app.run().session_state["race_set_depth"])
    app.query_params["depth"] = "20"
    visited.append(app.run().session_state["race_set_depth"])
    assert visited == [32, 56, 20]
    assert not app.exception


def test_a_port_in_use_is_said_and_nothing_stays_behind(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("localhost", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py")]
        command += ["--server.headless", "true", "--server.port", str(port)]
        ended = subprocess.run(
            command,
            env=os.environ | {"RESNET_VIZ_HOME": str(tmp_path / "other")},
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
    assert ended.returncode != 0
    assert str(port) in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr
