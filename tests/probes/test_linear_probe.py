"""Classifiers against normal equations written out; when single images are known; shuffled labels."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from resnet_viz.errors import InvalidSetting
from resnet_viz.networks.registry import build
from resnet_viz.probes import linear_probe
from resnet_viz.probes.activations import feature_maps
from resnet_viz.probes.linear_probe import (
    BEFORE_BLOCKS,
    LinearProbe,
    first_known,
    known_from,
    measure_linear_probe,
)
from resnet_viz.probes.ridge import STRENGTHS, Doubles, Labels, Ridge
from resnet_viz.specs import NetworkSpec
from tests.networks.residuals import build_residual
from tests.networks.shapes import SMALL
from tests.probes.untouched import untouched

SPEC = NetworkSpec(depth=14, width=4)


def labelled(count: int, seed: int) -> tuple[Tensor, Tensor]:
    """Noise images of four classes that differ in the brightness of their three channels."""
    random = torch.Generator().manual_seed(seed)
    labels = torch.randint(4, (count,), generator=random)
    colours = torch.tensor([[1.0, 0, 0], [0, 1, 0], [0, 0, 1], [-1, -1, -1]])
    return torch.randn(count, 3, 8, 8, generator=random) + 2 * colours[labels][:, :, None, None], labels


def normal_equations(features: Doubles, labels: Labels, strength: float) -> tuple[Doubles, Doubles, float]:
    """Weights and bias, which no ridge pulls, and the cross-validation error by the hat matrix."""
    count, channels = features.shape
    scaled = (features - features.mean(0)) / features.std(0)
    z = np.hstack([scaled, np.ones((count, 1))])
    y = np.eye(labels.max() + 1)[labels]
    pull = strength * count * np.diag([*np.ones(channels), 0])
    solved = np.linalg.solve(z.T @ z + pull, z.T @ y)
    hat = z @ np.linalg.solve(z.T @ z + pull, z.T)
    error = np.square(y - hat @ y).sum() / count / (1 - np.trace(hat) / count) ** 2
    weights = solved[:-1] / features.std(0)[:, None]
    return weights, solved[-1] - features.mean(0) @ weights, error


@pytest.mark.parametrize("count", [12, 60, 500])
def test_a_classifier_solves_the_normal_equations_with_the_ridge_that_validates_best(count: int) -> None:
    random = np.random.default_rng(count)
    labels = random.integers(0, 3, count)
    features = random.normal(3, 2, (count, 9)) + np.eye(9)[labels] * 4
    found = Ridge(features).fitted(labels, 3)
    errors = [normal_equations(features, labels, strength)[2] for strength in STRENGTHS]
    assert found.strength == STRENGTHS[int(np.argmin(errors))]
    weights, bias, _ = normal_equations(features, labels, found.strength)
    np.testing.assert_allclose(found.weights, weights, rtol=1e-7, atol=1e-10)
    np.testing.assert_allclose(found.bias, bias, rtol=1e-7, atol=1e-10)
    np.testing.assert_array_equal(found.predict(features), (features @ weights + bias).argmax(1))


def test_noise_is_given_a_strong_ridge_and_a_clear_signal_a_weak_one() -> None:
    random = np.random.default_rng(0)
    labels = random.integers(0, 3, 60)
    noise = random.normal(size=(60, 30))
    assert Ridge(noise).fitted(labels, 3).strength >= 1
    assert Ridge(noise / 100 + np.eye(30)[labels]).fitted(labels, 3).strength <= 1e-3


def test_channels_that_are_silent_or_doubled_do_no_harm() -> None:
    random = np.random.default_rng(1)
    labels = random.integers(0, 3, 90)
    features = random.normal(size=(90, 3)) / 5 + np.eye(3)[labels]
    padded = np.hstack([features, features, np.zeros((90, 2)), np.full((90, 1), 7.0)])
    found = Ridge(padded).fitted(labels, 3)
    assert np.isfinite(found.weights).all()
    assert (found.predict(padded) == labels).mean() > 0.95


def probed(network: nn.Module, train: tuple[Tensor, Tensor], test: tuple[Tensor, Tensor]) -> LinearProbe:
    *_, found = measure_linear_probe(network, train, test, seed=0)
    return found


@pytest.mark.parametrize("shortcut", ["none", "identity"])
def test_accuracy_after_each_block_is_that_of_a_regression_on_its_averaged_maps(shortcut: str) -> None:
    network = build_residual(SPEC.but(shortcut=shortcut), SMALL, 0).eval()
    train, test = labelled(200, 0), labelled(60, 1)
    found = probed(network, train, test)
    blocks = [tap.name for tap in network.taps if tap.kind == "block"]
    assert found.sites == (BEFORE_BLOCKS, *blocks)
    for site in ("stem_relu", *blocks):
        at = 0 if site == "stem_relu" else found.sites.index(site)
        x, z = (
            np.stack([feature_maps(network, image, site).mean((1, 2)) for image in of[0]]).astype(np.float64)
            for of in (train, test)
        )
        weights, bias, _ = normal_equations(x, train[1].numpy(), found.classifiers[at].strength)
        np.testing.assert_allclose(found.classifiers[at].weights, weights, rtol=1e-2, atol=1e-3)
        right = (z @ weights + bias).argmax(1) == test[1].numpy()
        assert found.accuracy[at] == pytest.approx(right.mean(), abs=1.5 / 60)
    with torch.no_grad():
        assert found.network_accuracy == float((network(test[0]).argmax(1) == test[1]).double().mean())


def test_a_probe_finds_what_is_there_and_nothing_in_shuffled_labels() -> None:
    """Colour is in the images, so an untrained network hands it on; shuffled labels give one in four."""
    found = probed(build_residual(SPEC, SMALL, 0), labelled(400, 0), labelled(300, 1))
    assert found.accuracy[0] > 0.9
    assert found.control.shape == (linear_probe.SHUFFLES, 7)
    assert found.control.mean() == pytest.approx(0.25, abs=0.06)
    noise = torch.randint(4, (300,), generator=torch.Generator().manual_seed(3))
    nothing = probed(
        build_residual(SPEC, SMALL, 0),
        (labelled(400, 0)[0], noise.repeat(2)[:400]),
        (labelled(300, 1)[0], noise),
    )
    assert (abs(nothing.accuracy - 0.25) < 0.12).all()


def test_partial_results_are_those_of_fewer_images(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linear_probe, "_IMAGES_AT_ONCE", 100)
    network = build_residual(SPEC, SMALL, 0)
    (x, y), test = labelled(250, 0), labelled(60, 1)
    parts = list(measure_linear_probe(network, (x, y), test, seed=0))
    assert [part.train_images for part in parts] == [100, 200, 250]
    np.testing.assert_array_equal(parts[1].accuracy, probed(network, (x[:200], y[:200]), test).accuracy)


def test_an_image_is_known_from_where_nothing_else_is_said_any_more() -> None:
    said = np.array([[3, 3, 3], [3, 1, 3], [1, 3, 3], [3, 3, 1]])
    assert first_known(said, np.full(4, 3)).tolist() == [0, 2, 1, 3]


def test_what_is_known_of_single_images_agrees_with_the_test_set() -> None:
    network = build_residual(SPEC, SMALL, 0).eval()
    test = labelled(60, 1)
    probe = probed(network, labelled(300, 0), test)
    known = known_from(network, probe, test[0])
    assert known.said.shape == (60, 7)
    np.testing.assert_array_equal((known.said == test[1].numpy()[:, None]).mean(0), probe.accuracy)
    np.testing.assert_array_equal([(known.first <= at).mean() for at in range(7)], probe.known)
    assert (np.diff(probe.known) >= 0).all()
    with torch.no_grad():
        np.testing.assert_array_equal(known.final, network(test[0]).argmax(1).numpy())


def test_a_finer_grid_keeps_where_something_is() -> None:
    """Left or right: the mean over the whole map does not tell, that of its quarters does."""
    random = torch.Generator().manual_seed(0)
    labels = torch.randint(2, (400,), generator=random)
    x = torch.randn(400, 3, 8, 8, generator=random) / 4
    x[labels == 0, :, 2:6, 1:3] += 3
    x[labels == 1, :, 2:6, 5:7] += 3
    network = build_residual(SPEC, SMALL, 0)
    whole, quarters = (
        list(
            measure_linear_probe(network, (x[:300], labels[:300]), (x[300:], labels[300:]), seed=0, grid=grid)
        )
        for grid in (1, 2)
    )
    assert whole[-1].accuracy[0] < 0.8
    assert quarters[-1].accuracy[0] == 1
    assert len(quarters[-1].classifiers[1].weights) == 4 * len(whole[-1].classifiers[1].weights)


@pytest.mark.parametrize("family", ["vgg", "densenet"])
def test_networks_of_other_families_are_looked_at_after_their_blocks_or_stages(family: str) -> None:
    spec = NetworkSpec.checked(family=family, depth={"vgg": 11, "densenet": 10}[family])
    network = build(spec, SMALL, 0)
    found = probed(network, labelled(100, 0), labelled(40, 1))
    assert len(found.sites) == len(found.accuracy) >= 4
    assert np.isfinite(found.accuracy).all()


@pytest.mark.parametrize("channels", [3, 1], ids=["success", "error"])
def test_nothing_is_left_behind(channels: int) -> None:
    network = build_residual(SPEC, SMALL, 0).train()
    network.stage2.eval()
    x, y = labelled(40, 0)
    with untouched(network):
        pieces = measure_linear_probe(network, (x[:, :channels], y), (x[:, :channels], y), seed=0)
        if channels == 3:
            known_from(network, next(pieces), x)
        else:
            with pytest.raises(RuntimeError):
                next(pieces)


def test_a_network_without_sites_is_refused() -> None:
    with pytest.raises(InvalidSetting, match="neither blocks nor stages"):
        probed(nn.Sequential(nn.Flatten(), nn.Linear(192, 4)), labelled(10, 0), labelled(10, 1))
