"""A figure as one value: title, how to read it, what it says in words, chart and numbers.

Whoever shows it takes it as it is. Each module that draws something ends in a function that makes its
figure from what was measured; texts are in the reader's language.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from resnet_viz.figures.chart import Chart, to_json
from resnet_viz.figures.tables import Columns
from resnet_viz.wording import running_text


@dataclass(frozen=True, eq=False)
class Figure:
    """What is to be seen of one question."""

    title: str
    how_to_read: str
    """One line, at most 25 words, for people who see it for the first time."""
    words: str
    """The chart in words, for those who do not see it."""
    chart: Chart
    table: Callable[[], Columns]
    """Makes the numbers behind the chart, which few ask for."""
    narrow: dict[str, Any] | None = None
    """The layout for little room, where it differs; the data are the same."""
    more: str = ""
    """What does not fit into the one line of ``how_to_read``."""
    best_first: bool = False
    """Whether the first rows of a long table are worth showing, and not the last."""
    series: Mapping[str, Any] = field(default_factory=dict)
    """What it shows, for programs, by name."""
    solid: "Figure | None" = None
    """The same in three dimensions."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was measured yet."""
        return not self.chart["data"]

    @property
    def explained(self) -> str:
        """How to read it and more, for places where everything is read at once."""
        return running_text((self.how_to_read, self.more))

    @cached_property
    def json(self) -> str:
        """The chart for plotly.js; a layout ``narrow`` beside it is taken where there is little room."""
        return to_json(self.chart if self.narrow is None else self.chart | {"narrow": self.narrow})
