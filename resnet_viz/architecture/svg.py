"""A network as a drawing: a column for each stage, from the image at the top left to the prediction.

Every skip connection of the network is on a path with the class ``skip``, at
every level; its attribute ``data-skips`` names those that it stands for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Final, Literal

from resnet_viz.architecture.graph import Architecture
from resnet_viz.architecture.levels import Around, Column, Group, Level, Row, columns
from resnet_viz.architecture.paint import Paint
from resnet_viz.architecture.words import row_title, shape_text
from resnet_viz.locale import gettext as _

Mark = Literal["same", "added"]

STYLE_FILE: Final = Path(__file__).parent / "drawing.css"
WIDTH: Final = 156
"""Of a column, in pixels: three of them stand beside three others on a projector."""

_LEFT, _BOX, _RIGHT = 4, 104, 118
_STREAM_X, _STREAM_LEFT, _STREAM_BOX, _PILL = 20, 42, 87, 36
_GAP, _OPERATION, _TALL, _RING = 12, 24, 40, 9
_MOST_CELLS: Final = 60


@dataclass(frozen=True, slots=True)
class View:
    """How a network is drawn.

    Attributes:
        colour: of its family, as CSS has it.
        stream: skip connections are one straight line, and what they go around hangs off it.
        paint: what darkens boxes.
        marks: of operations, by name, in a drawing of a difference.
    """

    level: Level
    colour: str
    stream: bool = False
    paint: Paint | None = None
    marks: Mapping[str, Mark] = field(default_factory=dict)


def draw(architecture: Architecture, view: View, prefix: str = "") -> list[str]:
    """One ``<svg>`` for each column; ids of rows begin with ``prefix``."""
    streamed = " streamed" if view.stream else ""
    return [
        f'<svg class="drawing{streamed}" role="presentation" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}" style="--family: {escape(view.colour)}">{content}</svg>'
        for content, height in _drawn(architecture, view, prefix)
    ]


def draw_file(architecture: Architecture, view: View, title: str) -> str:
    """The drawing as a file by itself, on white, for print."""
    drawn = _drawn(architecture, view, "")
    width, height = WIDTH * len(drawn), max(height for _content, height in drawn) + 28
    style = STYLE_FILE.read_text(encoding="utf-8")
    parts = "".join(
        f'<g transform="translate({WIDTH * number} 28)">{content}</g>'
        for number, (content, _height) in enumerate(drawn)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="drawing" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" style="--family: {escape(view.colour)}; color: #262730">'
        f"<title>{escape(title)}</title><style>{style}</style>"
        f'<rect width="{width}" height="{height}" fill="#fff"/>'
        f'<text class="beside" x="8" y="16">{escape(title)}</text>{parts}</svg>\n'
    )


def _drawn(architecture: Architecture, view: View, prefix: str) -> list[tuple[str, int]]:
    found = columns(architecture, view.level)
    ends = range(len(found))
    return [
        _Column(view, prefix, first=number == 0, last=number == ends[-1]).drawn(column)
        for number, column in zip(ends, found, strict=True)
    ]


class _Column:
    """Draws from top to bottom; ``y`` is where the next thing begins, ``at`` where the data have come to."""

    def __init__(self, view: View, prefix: str, *, first: bool, last: bool) -> None:
        self._view = view
        self._prefix = prefix
        self._last = last
        self._out: list[str] = []
        self._titles: list[str] = []
        self._left, self._width = (_STREAM_LEFT, _STREAM_BOX) if view.stream else (_LEFT, _BOX)
        self._middle = self._left + self._width // 2
        self._y = 2 if first else 14
        self._at: tuple[int, int] | None = None if first else (0, 6)
        self._titled = ""

    def drawn(self, column: Column) -> tuple[str, int]:
        """The content of its ``<svg>``, and how tall that is."""
        for group in column.groups:
            if group.stage and group.stage != self._titled and self._view.level != "stage":
                self._title(group.stage, column)
            self._group(group)
        if not self._last and self._at is not None:
            x, y = self._at
            end = self._y + 4
            self._line(f"M{x} {y} V{end - 8} Q{x} {end} {x + 8} {end} H{WIDTH}")
        # Titles last: the line behind them is broken where they stand.
        return "".join(self._out + self._titles), self._y + 12

    def _title(self, stage: str, column: Column) -> None:
        self._titled = stage
        blocks = [block for group in column.groups for block in group.blocks if block.stage == stage]
        name = row_title(Row(stage, "stage", (blocks[0].operations,)))
        shape = shape_text(blocks[-1].operations[-1].output_shape)
        self._titles.append(
            f'<rect class="page" x="{_LEFT}" y="{self._y}" width="{WIDTH - 2 * _LEFT}" height="18"/>'
            f'<text class="beside title" x="{_LEFT}" y="{self._y + 9}">{escape(name)} '
            f'<tspan class="small">{escape(shape)}</tspan></text>'
        )
        self._y += 22

    def _group(self, group: Group) -> None:
        if not group.around:
            top = self._y
            for row in group.rows:
                self._row(row)
        else:
            straight = self._view.stream
            top = self._reach(_STREAM_X if straight else self._middle)
            below, self._out = self._out, []
            ends: dict[int, int] = {}
            targets = {one.target for one in group.around}
            for number, row in enumerate(group.rows):
                whole = row.level != "operation"
                if whole or number not in targets:
                    self._row(row, on_stream=straight and len(ends) == len(targets))
                if whole or number in targets:
                    ends[number] = self._ring(row, self._mark_of(group.around))
            for place, around in enumerate(group.around):
                below.append(self._skip(around, top, ends[around.target], place))
            self._out = below + self._out
        if len(group.blocks) > 1:
            self._repeats(len(group.blocks), top, len(group.around))

    def _reach(self, x: int) -> int:
        """Bring the data to ``x``, where paths part; how far down that is."""
        self._connect(x)
        self._at = (x, self._y)
        self._y += _GAP
        return self._y - _GAP

    def _connect(self, x: int) -> None:
        """A line from where the data have come to down to ``x``."""
        if self._at is None:
            return
        from_x, from_y = self._at
        if from_x == x:
            is_stream = self._view.stream and x == _STREAM_X
            self._line(f"M{x} {from_y} V{self._y}", "flow stream" if is_stream else "flow")
        elif from_x == 0:
            self._line(f"M0 {from_y} H{x - 6} Q{x} {from_y} {x} {from_y + 6} V{self._y}")
        else:
            half = (from_y + self._y) / 2
            self._line(f"M{from_x} {from_y} C{from_x} {half:g} {x} {half:g} {x} {self._y}")

    def _line(self, path: str, kind: str = "flow") -> None:
        self._out.append(f'<path class="{kind}" d="{path}"/>')

    def _row(self, row: Row, *, on_stream: bool = False) -> None:
        tall = row.level != "operation"
        height = _TALL if tall else _OPERATION
        left, width = (_STREAM_X - _PILL // 2, _PILL) if on_stream else (self._left, self._width)
        middle = left + width // 2
        self._connect(middle)
        y, title = self._y, escape(row_title(row))
        small = ' class="small"' if self._view.stream else ""
        lines = f'<text{small} x="{middle}" y="{y + height / 2:g}">{title}</text>'
        if tall:
            shape = escape(shape_text(row.output.output_shape))
            lines = (
                f'<text x="{middle}" y="{y + 13}">{title}</text>'
                f'<text class="small" x="{middle}" y="{y + 28}">{shape}</text>'
            )
        box = f'<rect class="box" x="{left}" y="{y}" width="{width}" height="{height}" rx="6"/>'
        self._out.append(self._open(row) + box + self._cells(row, y + height) + lines + "</g>")
        self._y += height + 8
        self._at = (middle, y + height)

    def _ring(self, row: Row, mark: str) -> int:
        """Where paths meet; how far down its middle is."""
        centre = self._y + _RING
        x = _STREAM_X if self._view.stream else self._middle
        if self._view.stream and self._at is not None:
            came, down = self._at
            self._line(f"M{came} {down} Q{came} {centre} {came - 12} {centre} H{x + _RING}")
        else:
            self._connect(x)
        sign = f"M{x - 5} {centre}H{x + 5}M{x} {centre - 5}V{centre + 5}"
        if not any(one.kind == "add" for one in row.operations):
            sign = f"M{x - 2.5} {centre - 5}V{centre + 5}M{x + 2.5} {centre - 5}V{centre + 5}"
        ring = f'<circle class="merge" cx="{x}" cy="{centre}" r="{_RING}"/><path class="flow" d="{sign}"/>'
        opening = self._open(row) if row.level == "operation" else f'<g class="{mark}">'
        self._out.append(f"{opening}{ring}</g>")
        self._y = centre + _RING + 6
        self._at = (x, centre + _RING)
        return centre

    def _skip(self, around: Around, top: int, end: int, place: int) -> str:
        """One path around what was drawn from ``top`` down to the ring at ``end``."""
        right = _RIGHT + 9 * place
        if self._view.stream:
            path = f"M{_STREAM_X + 6 * place} {top} V{end - _RING}"
        else:
            path = (
                f"M{self._middle} {top} H{right - 8} Q{right} {top} {right} {top + 8} "
                f"V{end - 8} Q{right} {end} {right - 8} {end} H{self._middle + _RING}"
            )
        names = " ".join(f"{skip.source}>{skip.target}" for skip in around.skips)
        classes = " ".join(filter(None, ("skip", around.kind, self._mark_of((around,)))))
        drawn = f'<path class="{classes}" d="{path}" data-skips="{escape(names)}"/>'
        if around.kind == "projection" and not self._view.stream:
            drawn += f'<text class="beside small" x="{right + 4}" y="{(top + end) / 2 - 9:g}">1×1</text>'
        return drawn

    def _repeats(self, count: int, top: int, skips: int) -> None:
        x = _STREAM_LEFT + _STREAM_BOX if self._view.stream else _RIGHT + 9 * max(skips - 1, 0)
        self._out.append(f'<text class="beside" x="{x + 3}" y="{(top + self._y) / 2 + 4:g}">×{count}</text>')

    def _open(self, row: Row) -> str:
        """The group of what belongs to ``row``; closed by who draws it."""
        kinds = {operation.kind for operation in row.operations}
        classes = ["row", self._mark(row)]
        if kinds & {"conv", "linear"}:
            classes.append("weighted")
        style = ""
        paint = self._view.paint
        if paint is not None:
            classes.append("painted")
            if len(row.parts) == 1:
                style = f' style="--share: {0.65 * paint.share(paint.value(row.operations)):.3f}"'
        label = escape(f"{row_title(row)}, {shape_text(row.output.output_shape)}")
        kind = " ".join(filter(None, classes))
        return (
            f'<g class="{kind}" role="option" aria-selected="false" aria-label="{label}" '
            f'id="{self._prefix}{escape(row.name)}" data-row="{escape(row.name)}"{style}>'
        )

    def _cells(self, row: Row, bottom: int) -> str:
        """What repeats, painted: one cell each, in their order."""
        paint = self._view.paint
        if paint is None or len(row.parts) == 1 or len(row.parts) > _MOST_CELLS:
            return ""
        wide = (self._width - 8) / len(row.parts)
        shares = [0.85 * paint.share(paint.value(part)) + 0.05 for part in row.parts]
        return "".join(
            f'<rect class="cell" x="{self._left + 4 + wide * number:.1f}" y="{bottom - 6}" '
            f'width="{wide:.1f}" height="5" fill-opacity="{share:.3f}"/>'
            for number, share in enumerate(shares)
        )

    def _mark_of(self, around: Sequence[Around]) -> str:
        """That of the additions where skip connections end, where it is one."""
        marks = {self._view.marks.get(skip.target, "") for one in around for skip in one.skips}
        return marks.pop() if len(marks) == 1 else ""

    def _mark(self, row: Row) -> str:
        marks = {self._view.marks.get(one.name, "") for one in row.operations}
        if marks == {"added"}:
            return "added"
        return "same" if "same" in marks else ""


def legend() -> str:
    """What lines and signs mean."""
    return _(
        "Thick lines are skip connections. Solid: unchanged. Dashed: through a 1×1 convolution. Dotted: "
        "with zeros. Dash-dotted: multiplied on the way."
    )
