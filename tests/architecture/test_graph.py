"""The graph of a network's operations, on graphs that are written down by hand."""

import pytest

from resnet_viz.architecture.graph import Architecture, Field, Kind, Operation, Skip


def operation(name: str, kind: Kind, *inputs: str, block: str = "") -> Operation:
    shape, field = (2, 4, 4), Field(0, 0, 1)
    stage = block.partition(".")[0]
    return Operation(name, kind, inputs, shape, 3, 5, 7, (1, 1, 0, 1), field, stage=stage, block=block)


def block(name: str, source: str, *around: Operation) -> tuple[Operation, ...]:
    """Two convolutions and an addition of what ``around`` gives, or of ``source``."""
    way = around[-1].name if around else source
    return (
        operation(f"{name}.conv1", "conv", source, block=name),
        operation(f"{name}.conv2", "conv", f"{name}.conv1", block=name),
        *around,
        operation(f"{name}.add", "add", f"{name}.conv2", way, block=name),
    )


IMAGE = operation("input", "input")
TWO = Architecture((IMAGE, *block("s.1", "input"), *block("s.2", "s.1.add")))


def test_sums_are_over_all_operations() -> None:
    assert (TWO.parameters, TWO.multiply_adds, TWO.kept_bytes) == (7 * 3, 7 * 5, 7 * 7)
    assert TWO.count("conv") == 4
    assert TWO.by_name["s.1.add"].output_bytes == 2 * 4 * 4 * 4


def test_equal_blocks_are_alike_whatever_they_are_called() -> None:
    image, first, second = TWO.blocks
    assert (image.name, first.name, second.name) == ("", "s.1", "s.2")
    assert first.signature == second.signature
    with_padding = block("s.3", "s.2.add", operation("s.3.pad", "subsample", "s.2.add", block="s.3"))
    third = Architecture((*TWO.operations, *with_padding)).blocks[-1]
    assert third.signature != second.signature


def test_a_skip_goes_from_the_input_of_a_block_to_its_addition() -> None:
    assert TWO.skips == (Skip("input", "s.1.add", "identity"), Skip("s.1.add", "s.2.add", "identity"))


@pytest.mark.parametrize(("kind", "told"), [("conv", "projection"), ("subsample", "padding")])
def test_what_lies_on_a_skip_says_of_which_kind_it_is(kind: Kind, told: str) -> None:
    """Also where the way around has as many operations as the branch."""
    around = (
        operation("s.1.shortcut.0", kind, "input", block="s.1"),
        operation("s.1.shortcut.1", "norm", "s.1.shortcut.0", block="s.1"),
    )
    (skip,) = Architecture((IMAGE, *block("s.1", "input", *around))).skips
    assert skip == ("input", "s.1.add", told, ("s.1.shortcut.0", "s.1.shortcut.1"))


def test_of_what_is_appended_all_but_the_newest_are_skips() -> None:
    """As in a dense block: the third layer gets the image and both layers before it."""
    found = Architecture(
        (
            IMAGE,
            operation("conv1", "conv", "input"),
            operation("cat1", "concat", "input", "conv1"),
            operation("conv2", "conv", "cat1"),
            operation("cat2", "concat", "input", "conv1", "conv2"),
        )
    )
    ends = [(skip.source, skip.target) for skip in found.skips]
    assert ends == [("input", "cat1"), ("input", "cat2"), ("conv1", "cat2")]
    assert {skip.kind for skip in found.skips} == {"concat"}


def test_a_chain_has_no_skip() -> None:
    chain = Architecture((IMAGE, operation("conv1", "conv", "input"), operation("conv2", "conv", "conv1")))
    assert chain.skips == ()
