"""The sum that a network with skip connections computes, each term a button that leads to its block."""

from html import escape

from resnet_viz.architecture.graph import Architecture, Block
from resnet_viz.locale import gettext as _


def expansion(architecture: Architecture, colour: str) -> str:
    """HTML of ``x₀ + F₁ + F₂ …``; of a network without skip connections of what it computes instead."""
    adding = [block for block in architecture.blocks if any(one.kind == "add" for one in block.operations)]
    if adding:
        terms = " + ".join(_term(block, number) for number, block in enumerate(adding, start=1))
        reshaped = any(skip.kind in ("projection", "padding") for skip in architecture.skips)
        told = [f"x<sub>0</sub> + {terms}"]
        if _rectifies_after(adding[0]):
            told.append(
                _("A ReLU follows each addition, so the sum holds for one image, with its ReLUs as they are.")
            )
        if reshaped:
            told.append(_("Between stages the line changes its shape."))
        return f'<span style="--family: {escape(colour)}">{"<br>".join(told)}</span>'
    if architecture.count("concat"):
        return escape(_("Here nothing is added: each layer appends its channels to all that came before."))
    return escape(_("There is no line to straighten: each layer works on what the one before has left."))


def _term(block: Block, number: int) -> str:
    name = escape(block.name)
    return f'<button type="button" data-row="{name}" title="{name}">F<sub>{number}</sub></button>'


def _rectifies_after(block: Block) -> bool:
    kinds = [operation.kind for operation in block.operations]
    return "activation" in kinds[kinds.index("add") :]
