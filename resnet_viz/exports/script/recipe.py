"""The source code of a training recipe: initial weights, optimiser, learning rate."""

from resnet_viz.networks.resnet import is_preactivation, layers_per_block
from resnet_viz.specs import NetworkSpec, TrainSpec


def initial_weights_code(network: NetworkSpec) -> str:
    """Source of ``initialise``; needs ``generator``, ``sqrt`` and, to start at zero, ``Block``."""
    gates = _GATES.format(bias=network.gate_bias) if network.gate != "none" else ""
    return _weights_code(network) + gates


def _weights_code(network: NetworkSpec) -> str:
    if network.init == "pytorch":
        doc = "PyTorch's default: uniform within 1 / sqrt(fan-in)."
        body = _UNIFORM.replace("KIND", "nn.Conv2d | nn.Linear").replace("BRANCH", "if")
        if network.norm != "none":  # convolutions have no bias then
            body = body.replace("            module.bias", _ONLY_WITH_BIAS)
        return _INITIALISE.format(doc=doc, start="", body=body, end="")
    if network.init == "delta-orthogonal":
        doc = "Kernels zero but for an orthogonal middle (Xiao et al. 2018); classifier PyTorch's default."
        body = _DELTA + ("            module.bias.zero_()\n" if network.norm == "none" else "")
        body += _UNIFORM.replace("KIND", "nn.Linear").replace("BRANCH", "elif")
        return _INITIALISE.format(doc=doc, start="", body=body, end="")
    doc = "Convolutions normal with variance 2 / fan-in (He et al. 2015); the classifier PyTorch's default."
    body = _NORMAL + ("            module.bias.zero_()\n" if network.norm == "none" else "")
    body += _UNIFORM.replace("KIND", "nn.Linear").replace("BRANCH", "elif")
    if network.init != "zero-last-norm":
        return _INITIALISE.format(doc=doc, start="", body=body, end="")
    last = layers_per_block(network)
    kind = "conv" if is_preactivation(network) else "norm"
    body += f"        elif isinstance(module, Block):\n            zeros.append(module.{kind}{last}.weight)\n"
    return _INITIALISE.format(doc=doc, start="    zeros = []\n", body=body, end=_ZEROS)


_INITIALISE = '''

@torch.no_grad()
def initialise(network):
    """{doc}"""
{start}    for name, module in network.named_modules():
{body}{end}'''
_NORMAL = """        if isinstance(module, nn.Conv2d):
            std = sqrt(2 / module.weight[0].numel())
            module.weight.normal_(0, std, generator=generator(f"{SEED}/{name}.weight"))
"""
_DELTA = """        if isinstance(module, nn.Conv2d):
            middle = torch.empty(module.weight.shape[:2])
            nn.init.orthogonal_(middle, generator=generator(f"{SEED}/{name}.weight"))
            module.weight.zero_()
            module.weight[:, :, module.weight.shape[2] // 2, module.weight.shape[3] // 2] = middle
"""
_UNIFORM = """        BRANCH isinstance(module, KIND):
            bound = 1 / sqrt(module.weight[0].numel())
            module.weight.uniform_(-bound, bound, generator=generator(f"{SEED}/{name}.weight"))
            module.bias.uniform_(-bound, bound, generator=generator(f"{SEED}/{name}.bias"))
"""
_ONLY_WITH_BIAS = """            if module.bias is not None:
                module.bias"""
_GATES = """    for name, module in network.named_modules():
        if name.endswith(".gate"):
            module.bias.fill_({bias!r})
"""
_ZEROS = """    for weight in zeros:  # every block begins as its shortcut
        weight.zero_()
"""


def learning_rate_code(recipe: TrainSpec) -> str:
    """Source of ``learning_rate``; needs ``cos`` and ``pi`` for eased schedules."""
    warmup, steps = recipe.warmup_steps, recipe.steps
    lines, ease = [], ""
    if warmup:
        lines += [
            f"if step < {warmup}:",
            f"    return LEARNING_RATE * (step + 1) / {warmup + 1}",
        ]
    if recipe.schedule != "constant":
        lines.append(f"done = (step - {warmup}) / {steps - warmup}")
    match recipe.schedule:
        case "constant":
            lines.append("return LEARNING_RATE")
        case "step":
            lines.append("return LEARNING_RATE * 0.1 ** sum(done >= milestone for milestone in (0.5, 0.75))")
        case "cosine":
            lines.append("return LEARNING_RATE * ease(1, 0, done)")
        case "one-cycle":
            lines += [
                "if done < 0.3:",
                "    return LEARNING_RATE * ease(1 / 25, 1, done / 0.3)",
                "return LEARNING_RATE * ease(1, 1 / 250_000, (done - 0.3) / (1 - 0.3))",
            ]
    if recipe.schedule in ("cosine", "one-cycle"):
        ease = """

def ease(start, end, done):
    return end + (start - end) * (1 + cos(pi * done)) / 2
"""
    body = "\n    ".join(lines)
    return f'''{ease}

def learning_rate(step):
    """The rate of update number step: {recipe.schedule}{", after a linear warm-up" if warmup else ""}."""
    {body}
'''


def optimizer_code(recipe: TrainSpec) -> str:
    """The expression that makes the optimiser of ``network``, indented by four."""
    settings = ["network.parameters()", "lr=LEARNING_RATE", f"weight_decay={recipe.weight_decay!r}"]
    if recipe.optimizer == "sgd":
        settings.append(f"momentum={recipe.momentum!r}")
    settings.append("fused=True")
    name = "Adam" if recipe.optimizer == "adam" else "SGD"
    return "".join([f"torch.optim.{name}(\n", *(f"        {setting},\n" for setting in settings), "    )"])
