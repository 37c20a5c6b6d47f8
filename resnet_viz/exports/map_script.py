"""One attribution map as a program of plain PyTorch and captum, without this project."""

import re
from typing import NamedTuple

from resnet_viz.attribution.methods import METHODS, AttributionOptions
from resnet_viz.networks.source import source_of
from resnet_viz.specs import DataShape, NetworkSpec

_PLAIN_CALL = "{name}(network).attribute(image, target=TARGET)"
_CALLS = {
    "gradcam": ("LayerGradCam", "LayerGradCam(network, layer).attribute(image, target=TARGET)[:, 0]"),
    "guided-gradcam": (
        "GuidedGradCam",
        "GuidedGradCam(network, layer).attribute(\n"
        '    image, target=TARGET, interpolate_mode="bilinear"\n).sum(1)',
    ),
    "guided-backprop": ("GuidedBackprop", _PLAIN_CALL.format(name="GuidedBackprop") + ".sum(1)"),
    "saliency": ("Saliency", _PLAIN_CALL.format(name="Saliency") + ".amax(1)"),
    "input-x-gradient": ("InputXGradient", _PLAIN_CALL.format(name="InputXGradient") + ".sum(1)"),
    "integrated-gradients": (
        "IntegratedGradients",
        "IntegratedGradients(network).attribute(\n    image, target=TARGET, n_steps={steps}\n).sum(1)",
    ),
    "smoothgrad": (
        "Saliency",
        "sum(\n"
        "    Saliency(network).attribute(copy[None].requires_grad_(), target=TARGET, abs=False)\n"
        "    for copy in noisy\n"
        ").div({samples}).abs().amax(1)",
    ),
    "occlusion": (
        "Occlusion",
        "Occlusion(network).attribute(\n"
        "    image.detach(), target=TARGET,\n"
        "    sliding_window_shapes=({channels}, {window}, {window}),\n"
        "    strides=({channels}, {stride}, {stride}),\n"
        ")[:, 0]",
    ),
    "deeplift": ("DeepLift", _PLAIN_CALL.format(name="DeepLift") + ".sum(1)"),
    "activation": ("LayerActivation", "LayerActivation(network, layer).attribute(image).mean(1)"),
}
_NOISY = """generator = torch.Generator().manual_seed({seed})
noise = torch.randn({samples}, *image.shape[1:], generator=generator)
noisy = image.detach() + {noise!r} * (image.max() - image.min()).detach() * noise
"""
RELUS_APART = """
for module in network.modules():  # captum rewrites the gradient of a ReLU's input: nothing else may read it
    if isinstance(module, nn.ReLU):
        module.register_forward_pre_hook(lambda module, inputs: inputs[0].view_as(inputs[0]))
"""
_CONTRAST = """
AGAINST = {against}


def minus_against(module, inputs, logits):  # the score explained: the logit of TARGET minus that of AGAINST
    return logits - logits[:, AGAINST, None]


network.register_forward_hook(minus_against)
"""


class CaptumCall(NamedTuple):
    """What to import from captum, source to run before, and the expression whose value is the map."""

    imported: str
    before: str
    expression: str


def captum_call(method: str, options: AttributionOptions, channels: int, image_px: int) -> CaptumCall:
    """How to call captum; the source needs ``network``, ``image`` and, for some methods, ``layer``.

    Raises KeyError for an unknown ``method``.
    """
    imported, expression = _CALLS[method]
    values = {
        "steps": options.steps,
        "samples": options.samples,
        "noise": options.noise,
        "seed": options.seed,
        "channels": channels,
        "window": options.window_px(image_px),
        "stride": options.stride_px(image_px),
    }
    before = _NOISY.format(**values) if method == "smoothgrad" else ""
    return CaptumCall(imported, before, expression.format(**values) if "{" in expression else expression)


def contrast_of(options: AttributionOptions) -> str:
    """Source that has ``network`` put out differences to a logit, where the map is against a class."""
    return "" if options.against is None else _CONTRAST.format(against=options.against)


def wanted_in_words(method: str, target: int, options: AttributionOptions) -> str:
    """Of which class the map is, for the first line; empty where it knows none."""
    if not METHODS[method].knows_class:
        return ""
    return f"class {target}" + ("" if options.against is None else f" and not {options.against}")


def map_script(
    spec: NetworkSpec,
    shape: DataShape,
    method: str,
    tap: str,
    target: int,
    options: AttributionOptions | None = None,
) -> str:
    """Python source that reads ``image.npy`` and ``weights.safetensors`` and saves the raw ``map.npy``.

    ``image.npy`` is uint8 [1, C, H, W] as the network sees it; ``map.npy`` float32 [1, h, w], signed.
    Raises KeyError for an unknown ``method``.
    """
    chosen = METHODS[method]
    options = options or AttributionOptions()
    call = captum_call(method, options, shape.channels, shape.px)
    where = f" at {tap}" if chosen.needs_tap else ""
    wanted = wanted_in_words(method, target, options)
    of_class = f" for {wanted}" if wanted else ""
    source = source_of(spec, shape)
    from_math = "from math import gcd\n" if "gcd(" in source.code else ""
    layer = f'layer = network.get_submodule("{tap}")\n' if chosen.needs_tap else ""
    return f'''"""{chosen.title} of {spec.role}-{spec.depth}{where}{of_class}.

Needs torch, numpy, safetensors and captum; weights.safetensors and image.npy lie beside this file.
"""

import json
{from_math}
import numpy as np
import torch
from captum.attr import {call.imported}
from safetensors import safe_open
from torch import nn
from torch.nn import functional as F

TARGET = {target}
{with_relu_modules(source.code)}

with safe_open("weights.safetensors", framework="pt") as source:
    about = json.loads(source.metadata()["resnet_viz"])
    weights = {{key: source.get_tensor(key) for key in source.keys() if key.startswith("model.")}}
network = {source.made}
network.load_state_dict({{key.removeprefix("model."): value for key, value in weights.items()}})
network.eval()
{source.for_captum + RELUS_APART if chosen.needs_relu else ""}{contrast_of(options)}
mean, std = (torch.tensor(about[key]).view(-1, 1, 1) for key in ("mean", "std"))
image = torch.from_numpy(np.load("image.npy")).float() / 255
image = ((image - mean) / std).requires_grad_()

{layer}{call.before}values = {call.expression}
np.save("map.npy", values.detach().numpy())
print(f"{{tuple(values.shape)}}, from {{values.min().item():.6g}} to {{values.max().item():.6g}}")
'''


def with_relu_modules(code: str) -> str:
    """``code`` with every ``F.relu`` a module of its own: some methods of captum see no others."""
    return "\nclass ".join(_numbered(part) for part in code.split("\nclass "))


def _numbered(part: str) -> str:
    count = 0

    def name(_found: re.Match[str]) -> str:
        nonlocal count
        count += 1
        return f"self.relu{count}("

    named = re.sub(r"F\.relu\(", name, part)
    made = "".join(f"        self.relu{number} = nn.ReLU()\n" for number in range(1, count + 1))
    return named.replace("\n    def forward(", f"{made}\n    def forward(", 1)
