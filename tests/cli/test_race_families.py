"""``race --families``: other network types than a plain and a residual one, trained for real."""

import json
from pathlib import Path

import pytest

from tests.cli.calls import assert_refused, run_program

SMALL = "--depth 8 --width 4 --steps 12 --batch-size 16 --train-size 100 --resolution 8"


def test_three_network_types_are_trained_compared_and_told_apart(tmp_path: Path) -> None:
    families = "plain,residual,residual+projection"
    done = run_program(["race", *SMALL.split(), "--families", families, "--json"], tmp_path)
    report = json.loads(done.stdout)
    assert [(run["family"], run["role"]) for run in report["runs"]] == [
        ("plain", "plain"),
        ("residual", "residual"),
        ("residual+projection", "residual"),
    ]
    assert {run["state"] for run in report["runs"]} == {"finished"}
    assert len({run["batch_digest"] for run in report["runs"]}) == 1
    assert report["fair"] is True
    assert [pair["residual"] for pair in report["verdict"]["pairs"]] == families.split(",")[1:]


@pytest.mark.parametrize(
    ("families", "words"),
    [
        ("plain,transformer", "There is no network type transformer"),
        ("residual,residual+identity", "give the same networks here"),
        ("plain,plain+bottleneck", "depth"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_a_sentence(
    families: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert_refused(f"race {SMALL} --families {families}", words, capsys)
