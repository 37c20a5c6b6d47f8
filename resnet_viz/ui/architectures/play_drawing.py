"""The way of one image through two blocks as a drawing, from left to right or from top to bottom.

What the script changes says when: ``data-ahead`` is the step at which the image arrives there,
``data-back`` the one at which the gradient does.
"""

from base64 import b64encode
from collections.abc import Sequence
from html import escape
from typing import Final, NamedTuple

from resnet_viz.locale import gettext as _
from resnet_viz.locale import ngettext
from resnet_viz.pictures.overlay import png
from resnet_viz.ui.architectures.walked import Walked
from resnet_viz.wording import number, percent

BLOCKS: Final = 2
LOGIT_STEP: Final = 1 + 3 * BLOCKS
LAST_STEP: Final = LOGIT_STEP + 1 + 2 * BLOCKS


def branch_step(i: int) -> int:
    """At which step the branch of block ``i`` has its result; the addition follows, then the ReLU."""
    return 1 + 3 * i


def output_back_step(i: int) -> int:
    """At which step the gradient has come to the output of block ``i``, from 0; −1 is the first input.

    At the one after it is at the sum.
    """
    return LAST_STEP - 2 * (i + 1)


class _Sizes(NamedTuple):
    """In pixels along the way and across it."""

    tile: int
    gap: int
    box: int
    box_across: int
    relu: int
    relu_across: int
    ring: int
    middle: int
    skip: int
    rest: int


_FLAT: Final = _Sizes(58, 14, 68, 40, 42, 22, 9, 66, 14, 84)
_UPRIGHT: Final = _Sizes(38, 7, 24, 64, 18, 42, 8, 60, 10, 34)
_FLAT_HEIGHT: Final = 136
_UPRIGHT_WIDTH: Final = 178
_LABEL_X: Final = 97
_TWO_CONVOLUTIONS: Final = {False: ("3×3", "3×3"), True: ("3×3, 3×3",)}
_CUT: Final = 28
"""Of a flat drawing without skip connections, at the top."""


def flat(walked: Walked) -> str:
    """From left to right."""
    return _Way(walked, upright=False).drawn()


def upright(walked: Walked) -> str:
    """From top to bottom."""
    return _Way(walked, upright=True).drawn()


class _Way:
    """Draws along the way; ``at`` is how far it has come."""

    def __init__(self, walked: Walked, *, upright: bool) -> None:
        self._walked = walked
        self._upright = upright
        self._sizes = _UPRIGHT if upright else _FLAT
        self._pictures = {
            name: f"data:image/png;base64,{b64encode(png(pixels)).decode()}"
            for name, pixels in walked.pictures().items()
        }
        self._at = 2.0
        self._lines: list[str] = []
        self._boxes: list[str] = []
        self._travels: list[str] = []

    def drawn(self) -> str:
        walked = self._walked
        start = self._tile(0, "input", walked.x(0), ahead=0, back=LAST_STEP)
        for i in range(BLOCKS):
            start = self._block(i, start)
        self._rest(start)
        length = self._at + 2
        width, height = (_UPRIGHT_WIDTH, length) if self._upright else (length, _FLAT_HEIGHT)
        top = 0 if self._upright or walked.has_skip else _CUT
        label = _("{network}: the way of the image").format(network=walked.title)
        content = "".join((*self._lines, *self._boxes, *self._travels))
        return (
            f'<svg class="drawing play-way" role="img" aria-label="{escape(label)}" '
            f'viewBox="0 {top} {width:g} {height - top:g}" '
            f'style="--family: {escape(walked.colour)}">{content}</svg>'
        )

    def _block(self, i: int, start: float) -> float:
        """From its input's end to its output's; where that is."""
        walked, sizes = self._walked, self._sizes
        ahead, back = branch_step(i), output_back_step(i) + 1
        down = back + 1  # when the gradient has come to the block's input
        fork = start + sizes.gap * 0.6
        self._at = start + sizes.gap * 1.6
        box = self._at
        self._box(box, sizes.box, sizes.box_across, _TWO_CONVOLUTIONS[self._upright], ahead, down)
        self._at += sizes.box + sizes.gap
        tile = self._at
        share = 1 - walked.skip_share(i)
        self._flow(start, tile, ahead, down, share)
        end = self._tile(
            i, "branch", walked.branch(i), ahead=ahead, back=back if not walked.has_skip else down
        )
        ring = end + sizes.gap + sizes.ring
        if walked.has_skip:
            self._flow(end, ring, ahead + 1, down, share)
            self._skip(i, fork, ring, ahead, down)
            self._ring(ring, ahead + 1, back)
            self._at = ring + sizes.ring + sizes.gap
            self._flow(ring, self._at, ahead + 1, back, 0)
            end = self._tile(i, "sum", walked.sum(i), ahead=ahead + 1, back=back)
            self._travel(ahead + 1, f"{i}.branch", [(tile + sizes.tile / 2, 0), (self._at - sizes.tile, 0)])
        else:
            # As long as with an addition, so that both networks' stations stand below each other.
            self._at = ring + sizes.ring + sizes.gap + sizes.tile
        self._at += sizes.gap
        relu = self._at
        self._box(relu, sizes.relu, sizes.relu_across, ["ReLU"], ahead + 2, back)
        self._at += sizes.relu + sizes.gap
        output = self._at
        self._flow(end, output, ahead + 2, back, 0)
        stop = self._tile(i, "output", walked.x(i + 1), ahead=ahead + 2, back=back - 1)
        middle = sizes.tile / 2
        self._travel(ahead, f"{i}.input", [(start - middle, 0), (box + sizes.box / 2, 0)])
        self._travel(ahead + 2, f"{i}.sum", [(end - middle, 0), (relu + sizes.relu / 2, 0)])
        self._travel(back, f"{i}.output_gradient", [(output + middle, 0), (end - middle, 0)])
        self._travel(down, f"{i}.from_branch", [(box + sizes.box / 2, 0), (start - middle, 0)])
        return stop

    def _rest(self, start: float) -> None:
        """The later blocks and the classifier in a box, and the logit."""
        walked, sizes = self._walked, self._sizes
        self._at = start + sizes.gap
        further = int(walked.answer.values["further"])
        more = ngettext("{count} more block", "{count} more blocks", further).format(count=further)
        lines = [more, _("and classifier")] if further else [_("classifier")]
        self._box(self._at, sizes.rest, 96 if self._upright else 40, lines, LOGIT_STEP, LOGIT_STEP + 1)
        self._flow(start, self._at + sizes.rest + sizes.gap, LOGIT_STEP, LOGIT_STEP + 1, 0)
        self._at += sizes.rest + sizes.gap
        length = 28 if self._upright else 46
        x, y = self._point(self._at + length / 2, 0)
        self._boxes.append(
            f'<g class="station" data-ahead="{LOGIT_STEP}"><text class="symbol" x="{x:g}" y="{y - 9:g}">'
            f'{escape(_("logit"))}</text><text class="ahead value" x="{x:g}" y="{y + 9:g}">'
            f"{number(walked.logit)}</text></g>"
        )
        self._at += length
        middle = start - sizes.tile / 2
        last = f"{BLOCKS - 1}.output"
        self._travel(LOGIT_STEP, last, [(middle, 0), (start + sizes.gap + sizes.rest / 2, 0)])
        self._travel(
            LOGIT_STEP + 1, f"{last}_gradient", [(start + sizes.gap + sizes.rest / 2, 0), (middle, 0)]
        )

    def _tile(self, i: int, name: str, symbol: str, *, ahead: int, back: int) -> float:
        """A picture with its name and norm; where it ends."""
        walked, size = self._walked, self._sizes.tile
        gradient = {"branch": "sum_gradient"}.get(name, f"{name}_gradient")
        x, y = self._point(self._at, -size / 2)
        texts = self._texts(
            symbol, number(walked.norm(i, name)), number(walked.norm(i, gradient)), x, y, size
        )
        self._boxes.append(
            f'<g class="station tile" data-ahead="{ahead}" data-back="{back}">'
            f'<rect class="frame" x="{x:g}" y="{y:g}" width="{size}" height="{size}" rx="4"/>'
            f"{self._image(f'{i}.{name}', x, y, size, 'ahead')}"
            f"{self._image(f'{i}.{gradient}', x, y, size, 'back')}{texts}</g>"
        )
        self._at += size
        return self._at

    def _texts(self, symbol: str, ahead: str, back: str, x: float, y: float, size: int) -> str:
        if self._upright:
            left, first, second, beside = _LABEL_X - 8.0, y + size / 2 - 8, y + size / 2 + 8, " start"
        else:
            left, first, second, beside = x + size / 2, y + size + 12, y + size + 28, ""
        gradient = f"∂z/∂{symbol}"
        return (
            f'<text class="symbol ahead{beside}" x="{left:g}" y="{first:g}">{symbol}</text>'
            f'<text class="symbol back{beside}" x="{left:g}" y="{first:g}">{gradient}</text>'
            f'<text class="value ahead{beside}" x="{left:g}" y="{second:g}">{ahead}</text>'
            f'<text class="value back{beside}" x="{left:g}" y="{second:g}">{back}</text>'
        )

    def _image(self, name: str, x: float, y: float, size: float, kind: str) -> str:
        return (
            f'<image class="{kind}" href="{self._pictures[name]}" x="{x:g}" y="{y:g}" '
            f'width="{size:g}" height="{size:g}"/>'
        )

    def _box(
        self, at: float, length: float, across: float, lines: Sequence[str], ahead: int, back: int
    ) -> None:
        x, y = self._point(at, -across / 2)
        width, height = (across, length) if self._upright else (length, across)
        middle, centre = x + width / 2, y + height / 2
        top = centre - 8 * (len(lines) - 1)
        texts = "".join(
            f'<text class="small" x="{middle:g}" y="{top + 16 * row:g}">{escape(line)}</text>'
            for row, line in enumerate(lines)
        )
        self._boxes.append(
            f'<g class="station weighted" data-ahead="{ahead}" data-back="{back}">'
            f'<rect class="page" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="6"/>'
            f'<rect class="box" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="6"/>{texts}</g>'
        )

    def _ring(self, at: float, ahead: int, back: int) -> None:
        x, y = self._point(at, 0)
        self._boxes.append(
            f'<g class="station" data-ahead="{ahead}" data-back="{back}">'
            f'<circle class="merge" cx="{x:g}" cy="{y:g}" r="{self._sizes.ring}"/>'
            f'<path class="flow" d="M{x - 5:g} {y:g}h10M{x:g} {y - 5:g}v10"/></g>'
        )

    def _flow(self, start: float, end: float, ahead: int, back: int, share: float) -> None:
        """A line along the way; where gradients of two paths meet as wide as its ``share``."""
        (x, y), (to_x, to_y) = self._point(start, 0), self._point(end, 0)
        path = f"M{x:g} {y:g}L{to_x:g} {to_y:g}"
        goes = f' data-back="{back}"' if share else ""
        self._lines.append(f'<path class="flow" data-ahead="{ahead}"{goes} d="{path}"/>')
        self._share(path, back, share)

    def _share(self, path: str, back: int, share: float) -> None:
        if share:
            self._lines.append(
                f'<path class="share" data-back="{back}" data-share="{share:.4f}" '
                f'style="--share: {share:.4f}" d="{path}"/>'
            )

    def _skip(self, i: int, fork: float, ring: float, ahead: int, back: int) -> None:
        walked, sizes = self._walked, self._sizes
        across = sizes.skip - sizes.middle
        corner = 8
        way = [(fork, 0.0), (fork, across), (ring, across), (ring, 0.0)]
        (x, y), (x1, y1), (x2, y2), (x3, y3) = (self._point(*place) for place in way)
        if self._upright:
            path = (
                f"M{x:g} {y:g}H{x1 + corner:g}Q{x1:g} {y1:g} {x1:g} {y1 + corner:g}"
                f"V{y2 - corner:g}Q{x2:g} {y2:g} {x2 + corner:g} {y2:g}H{x3 - sizes.ring:g}"
            )
        else:
            path = (
                f"M{x:g} {y:g}V{y1 + corner:g}Q{x1:g} {y1:g} {x1 + corner:g} {y1:g}"
                f"H{x2 - corner:g}Q{x2:g} {y2:g} {x2:g} {y2 + corner:g}V{y3 - sizes.ring:g}"
            )
        self._lines.append(f'<path class="skip" data-ahead="{ahead}" data-back="{back}" d="{path}"/>')
        share = walked.skip_share(i)
        self._share(path, back, share)
        self._share_texts(i, fork, ring, back, share)
        self._travel(ahead, f"{i}.input", way)
        self._travel(back, f"{i}.from_skip", way[::-1])

    def _share_texts(self, i: int, fork: float, ring: float, back: int, share: float) -> None:
        """How large each term is, beside its path."""
        sizes = self._sizes
        skip = _("skip {share}").format(share=percent(share))
        branch = _("branch {share}").format(share=percent(1 - share))
        middle = fork + sizes.gap + sizes.box / 2
        at: list[tuple[float, float]]
        if self._upright:
            at, beside = [(_LABEL_X, middle - 8), (_LABEL_X, middle + 9)], " start"
        else:
            at, beside = [(middle, sizes.skip + 17), (middle, sizes.middle + 33)], ""
        for (x, y), text in zip(at, (skip, branch), strict=True):
            self._boxes.append(
                f'<text class="back told{beside}" data-back="{back}" x="{x:g}" y="{y:g}">'
                f"{escape(text)}</text>"
            )

    def _travel(self, step: int, picture: str, way: list[tuple[float, float]]) -> None:
        """A small picture that goes along ``way`` at ``step``."""
        points = [self._point(along, across) for along, across in way]
        path = "M" + "L".join(f"{x:g} {y:g}" for x, y in points)
        size = self._sizes.tile * 0.6
        place = f'x="{-size / 2:g}" y="{-size / 2:g}" width="{size:g}" height="{size:g}"'
        self._travels.append(
            f'<g class="travel" data-step="{step}"><path d="{path}"/><g>'
            f'<image href="{self._pictures[picture]}" {place}/><rect class="edge" {place}/></g></g>'
        )

    def _point(self, along: float, across: float) -> tuple[float, float]:
        beside = self._sizes.middle + across
        return (beside, along) if self._upright else (along, beside)
