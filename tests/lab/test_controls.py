"""Controls: measured where there is nothing to be found, and where the right answer is known before.

A question that concludes from them concludes from anything. What it says of networks that it is meant for
is tested beside each question, and of its recorded answer here.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
import torch
from torch import Tensor, nn

from resnet_viz.checkpoint_files import kept_file
from resnet_viz.data.load import LoadedData
from resnet_viz.inspection.models import Model
from resnet_viz.inspection.own_images import images_for
from resnet_viz.lab import asked
from resnet_viz.lab.answers import recorded
from resnet_viz.lab.question import Finding, Outcome
from resnet_viz.lab.start import Start
from resnet_viz.lab.table import QUESTIONS
from resnet_viz.networks.built import BuiltNetwork
from resnet_viz.networks.folded import folded
from resnet_viz.networks.residual import Block
from resnet_viz.probes import folding
from tests.lab.answered import answer
from tests.made.specs import tiny
from tests.made.trained import trained

Networks = tuple[dict[str, Any], ...]

STEPS: Final = 150
SETTINGS: Final[dict[str, dict[str, Any]]] = {
    "block_change": {},
    "lesion": {},
    "removals": {"images": 250},
    "linear_probe": {"images": 1000},
    "landscape": {},
    "one_weight": {"images": 128},
}
"""Questions that compare two trained networks."""
NEUTRAL: Final = (Outcome.NO_EFFECT, Outcome.UNDECIDED)

RECORDED: Final = {
    "first_gradient": Outcome.SUPPORTS,
    "branch_variance": Outcome.SUPPORTS,
    "branch_scale": Outcome.SUPPORTS,
    "shattered": Outcome.SUPPORTS,
    "block_change": Outcome.SUPPORTS,
    "paths": Outcome.SUPPORTS,
    "linear_probe": Outcome.SUPPORTS,
    "lesion": Outcome.SUPPORTS,
    "removals": Outcome.SUPPORTS,
    "landscape": Outcome.SUPPORTS,
    "one_weight": Outcome.CONTRADICTS,
    "identity_blocks": Outcome.SUPPORTS,
    "norm_or_skip": Outcome.CONTRADICTS,
    "identity_shortcut": Outcome.SUPPORTS,
    "delta_orthogonal": Outcome.UNDECIDED,
    "folded": Outcome.SUPPORTS,
    "no_norm": Outcome.SUPPORTS,
    "stochastic_depth": Outcome.CONTRADICTS,
}
"""What the recorded answers say, uncomfortable ones too."""


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A plain and a residual network of depth 20 that were trained, each in its folder."""
    base = tiny(
        steps=STEPS,
        learning_rate=0.1,
        batch_size=64,
        evaluate_every=STEPS,
        probe_every=STEPS,
        device="cpu",
    )
    found = {}
    for family, shortcut in (("plain", "none"), ("residual", "identity")):
        found[family] = tmp_path_factory.mktemp(family)
        trained(base.but(network=base.network.but(depth=20, shortcut=shortcut)), found[family])
    return found


@pytest.fixture
def labels_shuffled(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every image has the label of another one, drawn at random."""

    def shuffled(labels: Tensor) -> Tensor:
        return labels[torch.randperm(len(labels), generator=torch.Generator().manual_seed(0))]

    def with_others(model: Model, folder: Path) -> LoadedData:
        data = images_for(model, folder)
        return replace(data, train_labels=shuffled(data.train_labels), test_labels=shuffled(data.test_labels))

    with monkeypatch.context() as patch:
        patch.setattr(asked, "images_for", with_others)
        yield


def told(folders: dict[str, Path], family: str, step: int = STEPS, *, called: str = "") -> dict[str, Any]:
    return {"family": called or family, "model": f"file:{folders[family] / kept_file(step)}"}


def pair(folders: dict[str, Path], plain: int = STEPS, residual: int = STEPS) -> Networks:
    return told(folders, "plain", plain), told(folders, "residual", residual)


def twice(folders: dict[str, Path], family: str) -> Networks:
    return tuple(told(folders, family, called=name) for name in ("plain", "residual"))


def found(name: str, home: Path, networks: Networks = (), **settings: object) -> Finding:
    finding = QUESTIONS[name].find(answer(name, home, networks, **settings))
    assert finding is not None
    return finding


@pytest.mark.parametrize("name", QUESTIONS)
def test_what_its_recorded_answer_says(name: str) -> None:
    record = recorded(name)
    assert record is not None
    finding = QUESTIONS[name].find(record.result)
    assert finding is not None
    assert finding.outcome is RECORDED[name]


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("block_change", Outcome.SUPPORTS),
        ("lesion", Outcome.SUPPORTS),
        ("removals", Outcome.SUPPORTS),
        ("landscape", Outcome.NO_EFFECT),
        ("one_weight", Outcome.CONTRADICTS),
    ],
)
def test_the_networks_of_these_controls_are_judged_where_nothing_is_taken_from_them(
    folders: dict[str, Path], tmp_path: Path, name: str, outcome: Outcome
) -> None:
    """So what the controls say is not due to their being small."""
    assert found(name, tmp_path, pair(folders), **SETTINGS[name]).outcome is outcome


@pytest.mark.parametrize("family", ["plain", "residual"])
@pytest.mark.parametrize("name", ["lesion", "removals", "one_weight"])
def test_a_network_does_not_differ_from_itself(
    folders: dict[str, Path], tmp_path: Path, name: str, family: str
) -> None:
    finding = found(name, tmp_path, twice(folders, family), **SETTINGS[name])
    assert finding.outcome in NEUTRAL
    assert finding.would_tell is not None


@pytest.mark.parametrize("name", ["block_change", "landscape"])
def test_where_the_difference_is_judged_that_of_a_network_from_itself_is_none(
    folders: dict[str, Path], tmp_path: Path, name: str
) -> None:
    finding = found(name, tmp_path, twice(folders, "residual"))
    assert finding.outcome is Outcome.NO_EFFECT


@pytest.mark.parametrize("steps", [(0, 0), (STEPS, 0), (0, STEPS)], ids=["both", "residual", "plain"])
@pytest.mark.parametrize("name", ["lesion", "removals", "linear_probe", "landscape", "one_weight"])
def test_where_a_network_is_untrained_nothing_is_concluded(
    folders: dict[str, Path], tmp_path: Path, name: str, steps: tuple[int, int]
) -> None:
    """It errs as guessing does, whatever is done to it: that is no robustness."""
    finding = found(name, tmp_path, pair(folders, *steps), **SETTINGS[name])
    assert finding.outcome is Outcome.UNDECIDED
    assert "guesses" in str(finding.would_tell) or "classify well" in str(finding.would_tell)


@pytest.mark.usefixtures("labels_shuffled")
@pytest.mark.parametrize("name", ["lesion", "removals", "linear_probe", "landscape", "one_weight"])
def test_with_shuffled_labels_there_is_nothing_to_be_lost_and_nothing_to_be_known(
    folders: dict[str, Path], tmp_path: Path, name: str
) -> None:
    finding = found(name, tmp_path, pair(folders), **SETTINGS[name])
    assert finding.outcome is (Outcome.NO_EFFECT if name == "linear_probe" else Outcome.UNDECIDED)


@pytest.mark.parametrize("control", ["untrained", "labels_shuffled"])
def test_noise_ruins_no_network_that_knows_nothing(
    folders: dict[str, Path], tmp_path: Path, control: str, request: pytest.FixtureRequest
) -> None:
    if control == "labels_shuffled":
        request.getfixturevalue(control)
    networks = (told(folders, "plain", 0 if control == "untrained" else STEPS),)
    finding = found("identity_blocks", tmp_path, networks, images=250)
    assert finding.outcome is Outcome.UNDECIDED
    assert "guesses" in str(finding.would_tell)


def test_blocks_that_add_nothing_turn_nothing_and_that_is_no_difference(
    folders: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Block, "branch", lambda block, x: torch.zeros_like(block.shortcut(x)))
    finding = found("block_change", tmp_path, twice(folders, "residual"))
    assert finding.outcome is Outcome.NO_EFFECT
    assert "input by 0°" in str(finding.sentence)


def test_where_branches_do_what_skip_connections_do_all_paths_bring_the_same(
    folders: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With F(x) = x the gradient comes through half the branches on average, as the mean path does."""
    monkeypatch.setattr(Block, "branch", lambda block, x: block.shortcut(x))
    finding = found("paths", tmp_path, (told(folders, "residual"),))
    assert finding.outcome is Outcome.NO_EFFECT
    assert "through 4.5 of 9 branches" in str(finding.sentence)


@pytest.mark.parametrize("step", [0, STEPS])
def test_folding_is_algebra_and_asks_for_no_training(
    folders: dict[str, Path], tmp_path: Path, step: int
) -> None:
    finding = found("folded", tmp_path, (told(folders, "residual", step),), images=1)
    assert finding.outcome is Outcome.SUPPORTS


def test_a_plain_network_whose_weights_are_off_by_a_thousandth_is_not_the_same_function(
    folders: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def off(network: nn.Module) -> nn.Sequential:
        plain = folded(network)
        with torch.no_grad():
            next(plain.parameters()).mul_(1.001)
        return plain

    monkeypatch.setattr(folding, "folded", off)
    finding = found("folded", tmp_path, (told(folders, "residual"),), images=1)
    assert finding.outcome is Outcome.CONTRADICTS


@pytest.mark.parametrize("family", ["plain", "residual"])
@pytest.mark.parametrize("name", ["first_gradient", "shattered"])
def test_at_the_start_a_network_does_not_differ_from_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, family: str
) -> None:
    def both(start: Start, seed: int, **changes: object) -> Iterator[tuple[str, BuiltNetwork]]:
        for called in ("plain", "residual"):
            yield called, start.network(family, seed, **changes)

    monkeypatch.setattr(Start, "networks", both)
    outcome = found(name, tmp_path, depth=56).outcome
    assert outcome in NEUTRAL
    assert name == "first_gradient" or outcome is Outcome.NO_EFFECT


@pytest.mark.parametrize("norm", ["batch", "none"])
def test_a_normalisation_does_not_differ_from_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, norm: str
) -> None:
    given = Start.network
    monkeypatch.setattr(
        Start,
        "network",
        lambda start, family, seed, **changes: given(start, family, seed, **changes | {"norm": norm}),
    )
    assert found("branch_variance", tmp_path).outcome is Outcome.NO_EFFECT


def test_where_no_exponent_is_applied_none_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All three networks are then that of β = ½, whose effect is the same at every depth."""
    given = Start.network

    def one_scale(start: Start, family: str, seed: int, **changes: Any) -> BuiltNetwork:
        scale = ((changes["depth"] - 2) // 2) ** -0.5
        return given(start, family, seed, **changes | {"branch_scale": scale})

    monkeypatch.setattr(Start, "network", one_scale)
    assert found("branch_scale", tmp_path).outcome is Outcome.NO_EFFECT
