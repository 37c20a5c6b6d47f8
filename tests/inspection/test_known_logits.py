"""What networks say to all test images: in parts, kept by digests, shipped for the bundled pair."""

from pathlib import Path

import numpy as np
import pytest
import torch

from resnet_viz.data.load import LoadedData, load
from resnet_viz.inspection import known_logits
from resnet_viz.inspection.known_logits import KnownLogits, Logits, logits_name
from resnet_viz.inspection.models import ImageSize, Model, load_model
from resnet_viz.networks.registry import build
from resnet_viz.specs import DataSpec, NetworkSpec
from tests.networks.blockless import Blockless
from tests.networks.shapes import GREY


@pytest.fixture(autouse=True)
def one_batch_a_question(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_logits, "_PART_S", 0.0)


@pytest.fixture
def data(tmp_path: Path) -> LoadedData:
    return load(DataSpec(train_size=100, resolution_px=8), tmp_path / "data")


def small(seed: int) -> Model:
    """An untrained network for images of 8 × 8 pixels."""
    spec = NetworkSpec(depth=8, width=2)
    one = torch.ones(1, 1, 1)
    return Model(build(spec, GREY, seed).eval(), tuple("abcdefghij"), one / 2, one / 4, ImageSize(1, 8, 8))


def asked_for(known: KnownLogits, model: Model, data: LoadedData) -> tuple[Logits, list[float]]:
    """The logits, and the shares that were told before."""
    shares: list[float] = []
    while isinstance(answer := known.ask(model, data), float):
        shares.append(answer)
    return answer, shares


@pytest.mark.parametrize("role", ["plain", "residual"])
def test_those_shipped_are_what_the_bundled_networks_say(role: str, tmp_path: Path) -> None:
    """The files are found by digest, so they are here only for these weights and these images."""
    model = load_model(f"bundled:{role}", tmp_path)
    data = load(DataSpec(resolution_px=28), tmp_path)
    shipped = KnownLogits(tmp_path / "cache").ask(model, data)
    assert not isinstance(shipped, float)
    chosen = torch.arange(7, 2000, 20)
    np.testing.assert_allclose(shipped[chosen], model.logits(data.test_images[chosen]).numpy(), atol=1e-3)


def test_a_question_goes_on_where_the_last_one_stopped(data: LoadedData, tmp_path: Path) -> None:
    model = small(0)
    logits, shares = asked_for(KnownLogits(tmp_path / "cache"), model, data)
    np.testing.assert_allclose(logits, model.logits(data.test_images).numpy(), atol=1e-5)
    assert shares == pytest.approx(np.arange(0.05, 1, 0.05))


def test_what_was_answered_is_kept(data: LoadedData, tmp_path: Path) -> None:
    first, _shares = asked_for(KnownLogits(tmp_path / "cache"), small(0), data)
    again, shares = asked_for(KnownLogits(tmp_path / "cache"), small(0), data)
    assert shares == []
    assert np.array_equal(first, again)


def test_other_weights_or_images_are_asked_anew(data: LoadedData, tmp_path: Path) -> None:
    known = KnownLogits(tmp_path / "cache")
    asked_for(known, small(0), data)
    assert isinstance(known.ask(small(1), data), float)
    data.test_images[0, 0, 0, 0] ^= 1
    assert isinstance(known.ask(small(0), data), float)


@pytest.mark.parametrize("damage", [b"", b"nonsense", None])
def test_a_damaged_file_is_made_anew(damage: bytes | None, data: LoadedData, tmp_path: Path) -> None:
    first, _shares = asked_for(KnownLogits(tmp_path), small(0), data)
    path = tmp_path / logits_name(small(0), data)
    path.write_bytes(path.read_bytes()[:-100] if damage is None else damage)
    again, shares = asked_for(KnownLogits(tmp_path), small(0), data)
    assert shares
    assert np.array_equal(first, again)
    assert asked_for(KnownLogits(tmp_path), small(0), data)[1] == []


def test_where_nothing_can_be_kept_the_answer_comes_all_the_same(data: LoadedData, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert asked_for(KnownLogits(tmp_path / "file"), small(0), data)[0].shape == (2000, 10)


def test_old_ones_make_room(data: LoadedData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_logits, "_FILES_KEPT", 2)
    for seed in range(3):
        asked_for(KnownLogits(tmp_path), small(seed), data)
    assert len(list(tmp_path.glob("*.npy"))) == 2


def test_where_there_is_no_block_the_last_convolution_is_looked_at() -> None:
    one = torch.ones(1, 1, 1)
    model = Model(Blockless(GREY).eval(), tuple("abcdefghij"), one / 2, one / 4, ImageSize(1, 8, 8))
    assert model.default_tap == "conv2"
    assert small(0).default_tap == "stage3.block1"
