"""One attribution map of a published network as a program of plain torchvision and captum."""

from resnet_viz.attribution.methods import METHODS, AttributionOptions
from resnet_viz.exports.map_script import RELUS_APART, captum_call, contrast_of, wanted_in_words
from resnet_viz.networks.torchvision_catalogue import CHANNELS, IMAGE_PX, ZooEntry

_RESIDUAL = """
def one_relu_a_place(block, x):
    shortcut = x if block.downsample is None else block.downsample(x)
    x = block.relu1(block.bn1(block.conv1(x)))
    x = block.bn2(block.conv2(x))
    if isinstance(block, Bottleneck):
        x = block.bn3(block.conv3(block.relu2(x)))
    return block.relu(x + shortcut)


for module in list(network.modules()):  # captum has to tell the uses of a ReLU apart
    if isinstance(module, BasicBlock | Bottleneck):
        module.relu1, module.relu2 = nn.ReLU(), nn.ReLU()
        module.forward = MethodType(one_relu_a_place, module)
"""
_DENSE = """
network = nn.Sequential(OrderedDict(  # captum has to see the last ReLU, which DenseNet calls as a function
    features=network.features,
    relu=nn.ReLU(),
    pool=nn.AdaptiveAvgPool2d(1),
    flatten=nn.Flatten(),
    classifier=network.classifier,
)).eval()
"""
_IMPORTS = {
    "resnet": "from torchvision.models.resnet import BasicBlock, Bottleneck\n",
    "densenet": "",
    "vgg": "",
    "alexnet": "",
}
_STANDARD = {
    "resnet": "from types import MethodType\n\n",
    "densenet": "from collections import OrderedDict\n\n",
}
_REWRITTEN = {"resnet": _RESIDUAL, "densenet": _DENSE}


def published_map_script(
    entry: ZooEntry, method: str, tap: str, target: int, options: AttributionOptions | None = None
) -> str:
    """Python source that reads ``image.npy``, uint8 [1, 3, H, W] as the network sees it, and saves the
    raw ``map.npy``, float32 [1, h, w], signed. torchvision gets the weights where it has not got them.

    Raises KeyError for an unknown ``method``.
    """
    chosen = METHODS[method]
    options = options or AttributionOptions()
    call = captum_call(method, options, CHANNELS, IMAGE_PX)
    # Fifty copies of a large picture at once would take gigabytes.
    expression = call.expression.replace("n_steps=", "internal_batch_size=2, n_steps=")
    rewritten = _REWRITTEN.get(entry.family, "") + RELUS_APART if chosen.needs_relu else ""
    standard = _STANDARD.get(entry.family, "") if chosen.needs_relu else ""
    imported = _IMPORTS[entry.family] if chosen.needs_relu else ""
    layer = f'layer = network.get_submodule("{tap}")\n' if chosen.needs_tap else ""
    wanted = wanted_in_words(method, target, options)
    of_class = f" for ImageNet's {wanted}" if wanted else ""
    where = f" at {tap}" if chosen.needs_tap else ""
    return f'''"""{chosen.title} of {entry.title}{where}{of_class}.

Needs torch, torchvision, numpy and captum; image.npy lies beside this file.
"""

{standard}import numpy as np
import torch
from captum.attr import {call.imported}
from torch import nn
from torchvision.models import get_model, get_model_weights
{imported}
TARGET = {target}
weights = get_model_weights("{entry.name}")["IMAGENET1K_V1"]
network = get_model("{entry.name}", weights=weights).eval()
for module in network.modules():  # captum looks at what a ReLU would otherwise overwrite
    if isinstance(module, nn.ReLU):
        module.inplace = False
{rewritten}{contrast_of(options)}
preset = weights.transforms()
mean, std = (torch.tensor(values).view(-1, 1, 1) for values in (preset.mean, preset.std))
image = torch.from_numpy(np.load("image.npy")).float() / 255
image = ((image - mean) / std).requires_grad_()

{layer}{call.before}values = {expression}
np.save("map.npy", values.detach().numpy())
print(f"{{tuple(values.shape)}}, from {{values.min().item():.6g}} to {{values.max().item():.6g}}")
'''
