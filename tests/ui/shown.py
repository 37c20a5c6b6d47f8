"""The rows that come onto the Runs page."""

from collections.abc import Sequence

import pytest

from resnet_viz.ui.runs import paged as runs_paged
from resnet_viz.ui.runs.rows import BUNDLED
from resnet_viz.ui.runs.table import Row, runs_table


class Shown:
    """What the table was given last."""

    rows: Sequence[Row] = ()

    @property
    def ids(self) -> list[str]:
        """Of the rows that did not come with the app."""
        return [row.id for row in self.rows if not row.id.startswith(BUNDLED)]


def watch(monkeypatch: pytest.MonkeyPatch) -> Shown:
    """Look at the rows that come onto the page; the component itself is tested in a browser."""
    seen = Shown()

    def look(columns: object, rows: Sequence[Row], **more: object) -> None:
        seen.rows = rows
        runs_table(columns, rows, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(runs_paged, "runs_table", look)
    return seen
