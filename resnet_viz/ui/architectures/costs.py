"""What both networks cost, stage by stage, with totals."""

from itertools import zip_longest

from resnet_viz.architecture.graph import Architecture, Operation
from resnet_viz.architecture.levels import Row, columns
from resnet_viz.architecture.words import row_title
from resnet_viz.locale import gettext as _
from resnet_viz.ui.architectures.choices import Chosen
from resnet_viz.ui.architectures.client import Drawn
from resnet_viz.ui.table import table
from resnet_viz.wording import count, data_size


def costs(chosen: Chosen, drawn: Drawn) -> None:
    """Show the table."""
    batch = chosen.batch
    headings = [_("Part")]
    for subject, _architecture in drawn:
        headings += [
            _("{network}: parameters").format(network=subject.title),
            _("multiply-adds"),
            _("kept for backward"),
        ]
    parts = [_parts(architecture) for _subject, architecture in drawn]
    rows = []
    for beside in zip_longest(*parts):
        title = next(row_title(row) for row in beside if row is not None)
        cells = [_cells(() if row is None else row.operations, batch) for row in beside]
        rows.append([title, *(cell for three in cells for cell in three)])
    totals = [_cells(architecture.operations, batch) for _subject, architecture in drawn]
    rows.append([_("all"), *(cell for three in totals for cell in three)])
    table(headings, rows, caption=_("What both networks cost"))


def _parts(architecture: Architecture) -> list[Row]:
    return [row for column in columns(architecture, "stage") for group in column.groups for row in group.rows]


def _cells(operations: tuple[Operation, ...], batch: int) -> tuple[str, str, str]:
    if not operations:
        return "–", "–", "–"
    return (
        count(sum(one.parameters for one in operations)),
        count(sum(one.multiply_adds for one in operations)),
        data_size(batch * sum(one.kept_bytes for one in operations)),
    )
