"""What is said at each step of the play: a sentence about both networks, for each a formula with numbers."""

from collections.abc import Iterator, Sequence
from html import escape

from resnet_viz.locale import gettext as _
from resnet_viz.locale import ngettext
from resnet_viz.ui.architectures.play_drawing import BLOCKS
from resnet_viz.ui.architectures.walked import Walked
from resnet_viz.wording import number, percent, running_text


def sentences(plain: Walked, residual: Walked, class_name: str) -> list[str]:
    """One for each step."""
    return [
        _start(residual),
        *(text for i in range(BLOCKS) for text in _ahead(plain, residual, i)),
        _logit(plain, residual, class_name),
        *_back(plain, residual),
    ]


def formulas(walked: Walked) -> list[str]:
    """HTML, one for each step: symbols with what was measured of them below."""
    return [
        _line([(walked.x(0), walked.norm(0, "input"))]),
        *(formula for i in range(BLOCKS) for formula in _formulas_ahead(walked, i)),
        _line([(_("logit"), walked.logit)]),
        *_formulas_back(walked),
    ]


def checked(walked: Walked) -> str:
    """What a finite difference says of the gradient."""
    values = walked.answer.values
    return _(
        "{network}: one value of {x} changed by ±10⁻⁶ changes the logit by {difference} per unit; its "
        "gradient is {gradient}."
    ).format(
        network=walked.title,
        x=walked.x(0),
        difference=number(values["difference"], 5),
        gradient=number(values["gradient"], 5),
    )


def _start(residual: Walked) -> str:
    return _("{x} is the input of block {number} in both networks. Step with Space or →.").format(
        x=residual.x(0), number=residual.number
    )


def _ahead(plain: Walked, residual: Walked, i: int) -> Iterator[str]:
    names = {"x": residual.x(i), "F": residual.branch(i), "y": residual.sum(i), "number": residual.number + i}
    yield _(
        "Block {number}: two convolutions make {F} from {x}. In the residual network {x} also goes past "
        "them, unchanged, over the skip connection."
    ).format(**names)
    ratio = residual.norm(i, "branch") / residual.norm(i, "input") if residual.norm(i, "input") else 0.0
    yield _(
        "The residual network adds: {y} = {F} + {x}. What it adds, {F}, has {ratio} times the norm of {x}. "
        "The plain network continues with {F} alone."
    ).format(**names, ratio=number(ratio))
    yield _(
        "The ReLU sets negative values to 0: {plain} of all values in the plain network, {residual} in the "
        "residual network."
    ).format(plain=percent(plain.negative(i)), residual=percent(residual.negative(i)))


def _logit(plain: Walked, residual: Walked, class_name: str) -> str:
    further = int(residual.answer.values["further"])
    rest = ngettext(
        "{further} more block and the classifier follow.",
        "{further} more blocks and the classifier follow.",
        further,
    ).format(further=further)
    if not further:
        rest = _("The classifier follows.")
    told = _(
        "The logit z (score before softmax) of “{name}” is {plain} in the plain network, {residual} in the "
        "residual network."
    )
    logits = {"plain": number(plain.logit), "residual": number(residual.logit)}
    return running_text([rest, told.format(name=class_name, **logits)])


def _back(plain: Walked, residual: Walked) -> Iterator[str]:
    last = BLOCKS - 1
    yield _(
        "Now backward: the gradient of z has come through all later layers to {x}. Its norm there is "
        "{plain} in the plain network, {residual} in the residual network."
    ).format(
        x=residual.x(BLOCKS),
        plain=number(plain.norm(last, "output_gradient")),
        residual=number(residual.norm(last, "output_gradient")),
    )
    for i in reversed(range(BLOCKS)):
        yield _(
            "The gradient passes the ReLU only where values were positive. What is left is g: norm {plain} "
            "in the plain network, {residual} in the residual network."
        ).format(
            plain=number(plain.norm(i, "sum_gradient")), residual=number(residual.norm(i, "sum_gradient"))
        )
        yield _(
            "In the residual network two terms reach {x}: g itself over the skip connection ({skip} of the "
            "sum of both norms), and g · ∂{F}/∂{x} through the branch ({branch}). In the plain network only "
            "the branch leads there."
        ).format(
            x=residual.x(i),
            F=residual.branch(i),
            skip=percent(residual.skip_share(i)),
            branch=percent(1 - residual.skip_share(i)),
        )


def _formulas_ahead(walked: Walked, i: int) -> Iterator[str]:
    x, branch = (walked.x(i), walked.norm(i, "input")), (walked.branch(i), walked.norm(i, "branch"))
    yield _line([branch, f"= F({walked.x(i)})"])
    total = (walked.sum(i), walked.norm(i, "sum"))
    yield _line([total, "=", branch, "+", x]) if walked.has_skip else _line([branch, _("(nothing is added)")])
    yield _line([(walked.x(i + 1), walked.norm(i, "output")), f"= ReLU({walked.sum(i)})"])


def _formulas_back(walked: Walked) -> Iterator[str]:
    last = BLOCKS - 1
    yield _line([(f"∂z/∂{walked.x(BLOCKS)}", walked.norm(last, "output_gradient"))])
    for i in reversed(range(BLOCKS)):
        yield _line([("g", walked.norm(i, "sum_gradient")), f"= ∂z/∂{walked.sum(i)}"])
        whole = (f"∂z/∂{walked.x(i)}", walked.norm(i, "input_gradient"))
        through = (f"g · ∂{walked.branch(i)}/∂{walked.x(i)}", walked.norm(i, "from_branch"))
        past = ("g · 1", walked.norm(i, "from_skip"))
        yield _line([whole, "=", past, "+", through] if walked.has_skip else [whole, "=", through])


def _line(parts: Sequence[tuple[str, float] | str]) -> str:
    """Symbols with the norms of what they stand for; what has none is text between them."""
    return "".join(
        f"<span>{escape(part)}</span>"
        if isinstance(part, str)
        else f'<span class="term"><i>{escape(part[0])}</i><b>{number(part[1])}</b></span>'
        for part in parts
    )
