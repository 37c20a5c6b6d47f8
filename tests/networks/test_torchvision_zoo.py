"""torchvision's networks, adapted, against its own: same numbers, same names, every layer in order."""

import copy
import itertools
from collections.abc import Callable
from typing import cast

import pytest
import torch
import torchvision
from torch import Tensor, nn

from resnet_viz.attribution.attribute import refuse_misfit
from resnet_viz.attribution.methods import METHODS
from resnet_viz.networks.reinitialise import renewed
from resnet_viz.networks.torchvision_catalogue import ADDRESS, CHANNELS, IMAGE_PX, RESIZE_PX, ZOO, ZooEntry
from resnet_viz.networks.torchvision_zoo import build_zoo, published, with_weights
from resnet_viz.networks.zoo_network import ZooNetwork

# One of each kind of module; VGG differs from AlexNet in nothing that is adapted.
KINDS = {"resnet18": 64, "resnext50_32x4d": 64, "densenet121": 64, "alexnet": 64}


@pytest.fixture(scope="module", params=list(KINDS))
def pair(request: pytest.FixtureRequest) -> tuple[nn.Module, ZooNetwork, Tensor]:
    """torchvision's own network, untouched, ours with its weights, and images."""
    name: str = request.param
    torch.manual_seed(3)
    original = cast(nn.Module, torchvision.models.get_model(name, weights=None)).eval()
    for module in original.modules():
        if isinstance(module, nn.BatchNorm2d):  # as after some training
            for statistic, low, high in (("running_mean", -0.2, 0.2), ("running_var", 0.5, 1.5)):
                nn.init.uniform_(module.get_buffer(statistic), low, high)
            nn.init.uniform_(module.bias, -0.2, 0.2)
    adapted = with_weights(name, copy.deepcopy(original.state_dict()))
    return original, adapted, torch.randn(2, 3, KINDS[name], KINDS[name])


def gradient(network: nn.Module, images: Tensor) -> Tensor:
    own = images.clone().requires_grad_()
    (found,) = torch.autograd.grad(network(own)[:, 5].sum(), own)
    return found


def test_outputs_and_gradients_are_those_of_the_untouched_network(
    pair: tuple[nn.Module, ZooNetwork, Tensor],
) -> None:
    original, adapted, images = pair
    with torch.no_grad():
        assert torch.equal(adapted(images), original(images))
    torch.testing.assert_close(gradient(adapted, images), gradient(original, images))
    assert list(adapted.state_dict()) == list(original.state_dict())
    assert not adapted.training


def test_every_relu_is_a_module_of_its_own_and_called_once(
    pair: tuple[nn.Module, ZooNetwork, Tensor],
) -> None:
    _, adapted, images = pair
    calls: dict[str, int] = {}

    def counting(name: str) -> Callable[[nn.Module, object, object], None]:
        return lambda module, inputs, output: calls.update({name: calls.get(name, 0) + 1})

    sites = {name: module for name, module in adapted.named_modules() if isinstance(module, nn.ReLU)}
    hooks = [module.register_forward_hook(counting(name)) for name, module in sites.items()]
    with torch.no_grad():
        adapted(images)
    for hook in hooks:
        hook.remove()
    assert calls == dict.fromkeys(sites, 1)
    assert list(calls) == list(sites)  # the order of registration is that of the forward pass
    refuse_misfit(METHODS["deeplift"], adapted)


def test_layers_are_reached_in_the_order_of_their_taps(pair: tuple[nn.Module, ZooNetwork, Tensor]) -> None:
    _, adapted, images = pair
    reached: list[str] = []
    hooks = [
        adapted.get_submodule(tap.name).register_forward_hook(
            lambda module, inputs, output, name=tap.name: reached.append(name)
        )
        for tap in adapted.taps
    ]
    with torch.no_grad():
        adapted(images)
    for hook in hooks:
        hook.remove()
    assert reached == [tap.name for tap in adapted.taps]


@pytest.mark.parametrize("entry", ZOO.values(), ids=ZOO)
def test_the_list_says_what_torchvision_says(entry: ZooEntry) -> None:
    weights = published(entry.name)
    assert weights.url == ADDRESS + entry.file
    assert weights.meta["_file_size"] * 2**20 == pytest.approx(entry.size_bytes, abs=2000)
    assert weights.meta["_metrics"]["ImageNet-1K"]["acc@1"] / 100 == pytest.approx(entry.accuracy)
    assert len(weights.meta["categories"]) == 1000
    preset = weights.transforms()
    assert (preset.resize_size, preset.crop_size) == ([RESIZE_PX], [IMAGE_PX])
    assert len(preset.mean) == CHANNELS
    assert len(entry.sha256_start) == 8


@pytest.mark.parametrize("entry", ZOO.values(), ids=ZOO)
def test_positions_count_the_layers_from_stem_to_head(entry: ZooEntry) -> None:
    with torch.device("meta"):
        network = build_zoo(entry.name, 0)
    assert all(network.get_submodule(tap.name) is not network for tap in network.taps)
    positions = [tap.position for tap in network.taps]
    assert positions == sorted(positions)
    ends = {tap.kind: tap.position for tap in network.taps if tap.kind in ("stem", "head")}
    assert ends == {"stem": 1, "head": entry.depth}
    convolutions = [tap.position for tap in network.taps if tap.kind in ("stem", "conv")]
    assert convolutions == list(range(1, len(convolutions) + 1))
    hidden = entry.depth - 1 - len(convolutions)
    assert hidden == (2 if entry.family in ("vgg", "alexnet") else 0)
    kinds = [tap.kind for tap in network.taps]
    blocks = {"resnet": sum((3, 4, 6, 3)) if entry.depth > 18 else 8, "densenet": 4}.get(entry.family, 0)
    assert kinds.count("block") == blocks
    stages = {"resnet": 4, "vgg": 5, "alexnet": 3}.get(entry.family, 0)
    assert kinds.count("stage") == stages
    basic = entry.name in ("resnet18", "resnet34")
    assert kinds.count("shortcut") == (0 if entry.family != "resnet" else 3 if basic else 4)


def test_a_new_network_is_drawn_from_its_seed_and_disturbs_no_other_draw() -> None:
    network = build_zoo("resnet18", 1)
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    again, other = renewed(network, 1), renewed(network, 2)
    assert torch.equal(torch.rand(3), expected)
    weights = [dict(one.named_parameters())["layer3.0.conv1.weight"] for one in (network, again, other)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])
    # He et al. 2015a, fan out: 256 maps of 3 × 3.
    assert weights[0].std().item() == pytest.approx((2 / (256 * 9)) ** 0.5, rel=0.01)


def test_old_names_of_dense_layers_are_understood() -> None:
    with torch.device("meta"):
        new = torchvision.models.densenet121(weights=None).state_dict()
    old = {
        _old(name): torch.zeros(value.shape)
        for name, value in new.items()
        if not name.endswith("num_batches_tracked")  # older than that, too
    }
    assert len(set(old) - set(new)) == 58 * 2 * 5
    network = with_weights("densenet121", old)
    assert list(network.state_dict()) == list(new)
    assert all(not value.is_meta for value in itertools.chain(network.parameters(), network.buffers()))


def test_weights_of_another_network_are_refused() -> None:
    with pytest.raises(RuntimeError, match="Missing key"):
        with_weights("resnet18", {"fc.weight": torch.zeros(1000, 512)})


def _old(name: str) -> str:
    parts = name.split(".")
    if len(parts) == 5 and parts[2].startswith("denselayer"):
        parts[3] = f"{parts[3][:-1]}.{parts[3][-1]}"
    return ".".join(parts)
