"""The command line speaks the system's language, or the one asked for; programs read the same in all."""

import json
import locale
import re

import pytest
import typer.main

from resnet_viz.cli.app import app
from resnet_viz.cli.language import chosen_language, help_texts, taken_from
from resnet_viz.errors import InvalidSetting
from resnet_viz.experiments.kinds import RACE
from resnet_viz.store import Store
from tests.cli.calls import call, output

_CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that says nothing of its language."""
    for variable in ("RESNET_VIZ_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(locale, "getlocale", lambda: (None, None))


@pytest.mark.parametrize(
    ("variables", "spoken"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_TW"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8"}, "zh"),
        ({"LC_MESSAGES": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LC_ALL": "", "LANG": "zh_CN"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "RESNET_VIZ_LANG": "en"}, "en"),
        ({"LC_ALL": "C", "RESNET_VIZ_LANG": "zh-Hans"}, "zh"),
        ({"RESNET_VIZ_LANG": ""}, "en"),
    ],
)
def test_the_environment_chooses_the_most_particular_first(
    variables: dict[str, str], spoken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert chosen_language(None) == spoken
    assert chosen_language("en") == "en"


@pytest.mark.parametrize("name", ["zh_CN", "Chinese (Simplified)_China"])
def test_windows_says_it_without_variables(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locale, "getlocale", lambda: (name, "cp936"))
    assert chosen_language(None) == "zh"


def test_a_language_that_is_not_there_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("--lang", "fr", "runs") == 2
    assert "en, zh" in capsys.readouterr().err
    assert call("runs", "--lang") == 2
    capsys.readouterr()
    monkeypatch.setenv("RESNET_VIZ_LANG", "klingon")
    with pytest.raises(InvalidSetting) as refused:
        chosen_language(None)
    assert refused.value.parameters["field"] == "RESNET_VIZ_LANG"


def test_the_option_stands_anywhere() -> None:
    for arguments in (["--lang", "zh", "runs"], ["runs", "--lang", "zh"], ["runs", "--lang=zh"]):
        assert taken_from(arguments) == ("zh", ["runs"])
    assert taken_from(["explain", "--", "--lang", "zh"]) == (None, ["explain", "--", "--lang", "zh"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["runs"], "还没有"),
        (["fly"], "fly"),
        (["runs", "--limit", "0"], "--limit"),
        (["runs", "--wings"], "--wings"),
        (["export"], "RUN"),
        (["explain", "nowhere.png"], "nowhere.png"),
        (["race", "--depth", "21"], "20, 26"),
        (["describe", "--depth", "8"], "参数"),
    ],
)
def test_people_read_chinese(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    call(*arguments, "--lang", "zh")
    said = capsys.readouterr()
    assert words in said.out + said.err
    assert _CHINESE.search(said.out + said.err)


def test_every_help_page_is_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("", *vars(typer.main.get_command(app))["commands"]):
        assert call(*filter(None, [name]), "--help", "--lang", "zh") == 0
        page = capsys.readouterr().out
        assert "选项" in page
        for english in ("Show this message", "Options", "Arguments", "Commands", "default:"):
            assert english not in page, name
        for text in help_texts(typer.main.get_command(app)):
            assert " ".join(text.split())[:40] not in " ".join(page.split()), text


def test_a_language_is_for_one_command_only(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("runs", "--lang", "zh") == 0
    capsys.readouterr()
    assert call("runs") == 0
    assert not _CHINESE.search(capsys.readouterr().err)
    assert call("--help") == 0
    assert not _CHINESE.search(capsys.readouterr().out)


def test_programs_read_the_same_in_every_language(
    own_store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = RACE.start(RACE.default)
    own_store.add_group("race", "cli", spec.to_json(), spec.runs())
    for arguments in (["runs", "--json"], ["describe", "--json"]):
        assert call(*arguments) == 0
        english = output(capsys)
        assert call(*arguments, "--lang", "zh") == 0
        assert output(capsys) == english
    assert call("runs", "--state", "flying", "--json", "--lang", "zh") == 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == "unknown_value"
    assert _CHINESE.search(error["message"])
