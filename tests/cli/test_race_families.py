"""``race --families``: other network types than a plain and a residual one, trained for real."""

import json
from pathlib import Path

import pytest

from tests.cli.calls import assert_refused, call, run_program

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


def test_other_families_are_raced_at_their_nearest_depth_and_not_judged(tmp_path: Path) -> None:
    families = "residual,densenet,vgg"
    done = run_program(
        ["race", *SMALL.split(), "--families", families, "--set", "growth=4", "--json"], tmp_path
    )
    report = json.loads(done.stdout)
    assert [(run["family"], run["role"]) for run in report["runs"]] == [
        ("densenet+growth=4", "densenet"),
        ("residual", "residual"),
        ("vgg", "vgg"),
    ]
    assert {run["state"] for run in report["runs"]} == {"finished"}
    assert len({run["batch_digest"] for run in report["runs"]}) == 1
    assert (report["fair"], report["verdict"]["pairs"]) == (False, [])
    text = report["verdict"]["text"]
    assert "each has the nearest that exists for it: Residual 8, DenseNet (growth=4) 7, VGG 11." in text
    assert "Not judged: residual, DenseNet (growth=4), VGG." in text


def test_networks_of_equal_cost_are_trained_at_the_widths_that_are_said(tmp_path: Path) -> None:
    """The gates cost less than a tenth; the plain CNN has the widths of the plain network already."""
    families = "plain,residual+shortcut-gate+stochastic-depth,cnn,vgg"
    done = run_program(
        ["race", *SMALL.split(), "--width", "8", "--families", families, "--equal-cost", "--json"], tmp_path
    )
    report = json.loads(done.stdout)
    runs = {run["family"]: run for run in report["runs"]}
    assert {run["state"] for run in runs.values()} == {"finished"}
    chosen = {name: next(iter(depths.values())) for name, depths in report["widths"].items()}
    assert chosen.keys() == runs.keys()
    target = chosen["plain"]["multiply_adds"]
    assert all(abs(one["multiply_adds"] - target) <= 0.1 * target for one in chosen.values())
    assert report["widths"]["plain"]["8"]["width"] == 8
    for text in (report["verdict"]["text"], done.stderr):
        assert f"VGG 11: width {chosen['vgg']['width']}, " in text
    assert len({run["batch_digest"] for run in runs.values()}) == 1


@pytest.mark.parametrize(
    ("network", "parameters"),
    [
        ("residual-20", 269_722),
        ("densenet-40", 1_019_722),
        ("densenet-bc-190 --set growth=40", 25_624_430),
        ("vgg-16 --width 64", 14_724_042),
        ("resnext-29 --width 64 --set cardinality=2 --set base_width=64", 9_130_314),
        ("alexnet+no-norm --width 64", 2_472_266),
        ("cnn-6", 35_962),
    ],
)
def test_describe_takes_one_network_by_its_name(
    network: str, parameters: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("describe", *network.split(), "--json") == 0
    assert json.loads(capsys.readouterr().out)["parameters"] == parameters


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("describe densenet-41", "Nearest: 40, 43"),
        ("describe vgg-16 --set growth=12", "None of these network types has a setting “growth”"),
        ("describe vgg-16 --depth 11", "once"),
        ("race --families densenet --set growth=lots", "growth must be a whole number"),
        ("race --families residual,densenet --depth 21", "Nearest: 20, 22"),
        ("race --families plain,densenet --depth 20 --equal-cost", "does not come within 10%"),
        ("race --families plain+exclusive-gate", "no network type plain+exclusive-gate"),
        ("race --families residual+gate_bias=-3", "no gate whose bias"),
    ],
)
def test_what_a_family_does_not_have_is_refused(
    arguments: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert_refused(arguments, words, capsys)


@pytest.mark.parametrize(
    ("families", "words"),
    [
        ("plain,transformer", "There is no network type transformer"),
        ("residual,residual+identity", "give the same networks here"),
        ("plain,plain+bottleneck", "depth"),
        ("plain,residual,resnext,densenet,vgg,cnn", "These are 6 network types; at most 5"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_a_sentence(
    families: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert_refused(f"race {SMALL} --families {families}", words, capsys)
