"""``lab``: what it lists, answers and refuses."""

import json
from pathlib import Path
from zipfile import ZipFile

import pytest

from resnet_viz.cli import lab_depths
from resnet_viz.cli.answering import answered
from resnet_viz.events import RunState
from resnet_viz.lab.answers import Asking
from resnet_viz.lab.table import QUESTIONS
from resnet_viz.processes.channel import Frame
from resnet_viz.store import Store
from resnet_viz.wording import number
from tests.cli.calls import assert_refused, call, output
from tests.lab.pairs import made_race

pytestmark = pytest.mark.usefixtures("own_store")


def test_the_list_has_every_question_with_its_settings(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("lab", "list", "--json") == 0
    found = {one["name"]: one for one in output(capsys)["questions"]}
    assert set(found) == set(QUESTIONS)
    assert found["lesion"]["settings"]["images"] == {"options": [500, 1000, 2000], "default": 500}
    assert call("lab") == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in QUESTIONS)


def test_an_answer_has_the_fields_that_programs_read(
    own_store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("lab", "lesion", "--json") == 0
    found = output(capsys)
    assert found["question"] == "lesion"
    assert found["settings"] == {"images": 500}
    assert set(found["result"]["series"]["lesion"]) == {
        "Plain",
        "Residual",
        "Plain, whole",
        "Residual, whole",
    }
    # What papers say of these networks shows in ours.
    assert found["outcome"] == "supports"
    assert found["published"][0]["source"].startswith("Veit")
    assert found["wall_s"] > 0
    # Known now: it is not measured again, and shown to people.
    before = found["wall_s"]
    assert call("lab", "lesion", "--json") == 0
    assert json.loads(capsys.readouterr().out)["wall_s"] == before
    assert call("lab", "lesion") == 0
    shown = capsys.readouterr().out
    assert found["sentence"] in shown
    assert "Published" in shown


def test_of_a_race_all_seeds_are_taken_and_those_left_out_are_said(
    own_store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    race = made_race(own_store, 3, {1: RunState.STOPPED})
    assert call("lab", "lesion", "--run", race, "--json") == 0
    found = output(capsys)
    assert found["seeds"] == [0, 2]
    assert found["left_out"] == [{"seed": 1, "why": "not finished"}]
    alone = own_store.group(race).run_ids[-1]  # a run is its seed alone
    assert call("lab", "block_change", "--run", alone, "--json") == 0
    assert output(capsys)["seeds"] == [own_store.run(alone).seed]
    assert call("lab", "lesion", "--run", race) == 0
    shown = capsys.readouterr().out
    assert "Seeds: 0, 2. Left out: seed 1 (not finished)." in shown
    assert "means over 2 seeds" in " ".join(shown.split())
    assert call("lab", "lesion", "--run", race, "--script", str(own_store.home / "script.zip")) == 0
    assert "that of seed 0" in capsys.readouterr().err
    with ZipFile(own_store.home / "script.zip") as archive:
        assert f"Networks: {race}, seed 0." in archive.read("lab-lesion/lesion.py").decode()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("lab nonsense", "no question nonsense"),
        ("lab lesion --set images=7", "500, 1000, 2000"),
        ("lab lesion --set colour=red", "no setting colour"),
        ("lab lesion --set images", "NAME=VALUE"),
        ("lab lesion --run nosuchrun", "nosuchrun"),
        ("lab lesion --depths 8,20", "leave out --depths"),
        ("lab first_gradient --depths 8,20", "all depths already"),
        ("lab shattered --depths 8,44", "8, 20, 32, 56, 110"),
        ("lab shattered --depths 8,deep", "8,deep"),
        ("lab no_norm --depths 9", "6n+2"),
        ("lab no_norm --depths 116", "110 at most"),
        ("lab shattered --depths 8 --depth 20", "either"),
        ("lab shattered --depths 8 --script x.zip", "one depth"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    arguments: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert_refused(arguments, words, capsys)


def test_a_script_is_written_with_its_data_and_nothing_is_measured(
    own_store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "taken.zip"
    assert call("lab", "lesion", "--set", "images=1000", "--script", str(file)) == 0
    with ZipFile(file) as archive:
        assert set(archive.namelist()) == {
            f"lab-lesion/{name}" for name in ("lesion.py", "networks.py", "lesion.npz")
        }
        assert "IMAGES = 1000" in archive.read("lab-lesion/lesion.py").decode()
    assert "lesion.py" in capsys.readouterr().err
    assert not list(own_store.home.glob("measurements/*"))


def test_a_script_that_cannot_be_written_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert_refused(f"lab lesion --script {tmp_path / 'file' / 'x.zip'}", "cannot be written", capsys)


def test_a_question_is_asked_at_every_depth_once_and_its_key_number_compared(
    own_store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("lab", "shattered", "--depths", "20,8,20", "--seeds", "1", "--json") == 0
    found = output(capsys)
    assert [one["depth"] for one in found["depths"]] == [8, 20]
    for one in found["depths"]:
        lines = one["result"]["series"]["correlation"]
        assert one["key"] == {name: lines[name]["y"][1] for name in ("Plain", "Residual")}
        assert one["settings"]["depth"] == one["depth"]
        assert one["outcome"] in ("supports", "contradicts", "no_effect", "undecided")
    # Known now, also one by one.
    assert call("lab", "shattered", "--depth", "20", "--seeds", "1", "--json") == 0
    assert output(capsys)["wall_s"] == found["depths"][1]["wall_s"]
    assert call("lab", "shattered", "--depths", "8,20", "--seeds", "1") == 0
    shown = capsys.readouterr().out
    assert all(number(value) in shown for one in found["depths"] for value in one["key"].values())
    assert "confidence interval" not in shown  # of one seed there is none
    assert all(one["key_interval"] == {} for one in found["depths"])


def test_of_three_seeds_each_key_number_has_the_interval_of_its_answer(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert call("lab", "shattered", "--depths", "8", "--seeds", "3", "--json") == 0
    (found,) = output(capsys)["depths"]
    lines = found["result"]["series"]["correlation"]
    assert found["key_interval"] == {
        name: [lines[name]["low"][1], lines[name]["high"][1]] for name in ("Plain", "Residual")
    }
    assert call("lab", "shattered", "--depths", "8", "--seeds", "3") == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "confidence interval" in shown
    for low, high in found["key_interval"].values():
        assert f"({number(low)} to {number(high)})" in shown


def test_interrupted_the_depths_that_are_known_are_shown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(store: Store, asked: Asking, *, quiet: bool) -> Frame:
        if asked.settings["depth"] == 20:
            raise KeyboardInterrupt
        return answered(store, asked, quiet=quiet)

    monkeypatch.setattr(lab_depths, "answered", interrupted)
    assert call("lab", "shattered", "--depths", "8,20", "--seeds", "1", "--json") != 0
    assert [one["depth"] for one in output(capsys)["depths"]] == [8]
