"""What one kind of experiment has of its own on its page; all else is shared."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from streamlit.delta_generator import DeltaGenerator

from resnet_viz.experiments.experiment import Experiment
from resnet_viz.experiments.kinds import Kind
from resnet_viz.findings.verdict import Verdict
from resnet_viz.locale import gettext as _
from resnet_viz.ui.experiment.view import ExperimentView, Standing
from resnet_viz.ui.linked_form import LinkedForm
from resnet_viz.ui.live.following import Following
from resnet_viz.ui.pages import Page
from resnet_viz.ui.settings_form import in_short


@dataclass(frozen=True, slots=True)
class Words:
    """What the page says; gettext keys."""

    intro: str
    start: str
    extend: str
    earlier: str
    unknown: str
    """With ``{id}``."""
    other_version: str
    """With ``{id}``."""
    size: str
    """With ``{runs}`` and what `settings_form.in_short` gives."""
    go_on: str = ""
    """What the button says of an unfinished experiment that is taken up again; only where the kind reuses."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The pieces of a page.

    Attributes:
        choose: shows the settings that stand above all others; the place for the button, if they have one.
        refusal: a sentence for what the form lacks, where it has a better one than the refusal's own.
        status: how far it is, in little room.
        cells: of each cell where it stands, and what broke off.
        charts: what was measured: first the one that makes the point, then what is to stand between, then all
            others.
        sections: the parts of the page that one may want to jump to, by anchor.
        afterwards: what is worth knowing only once a verdict is there; comes last.
        columns: of the table of results, by name.
        below: what stands below the results.
        preview: draws what the form asks for, while no experiment is open.
        recorded: shows a recording, while no experiment is open.
    """

    kind: Kind
    page: Page
    form: LinkedForm
    words: Words
    choose: Callable[[], DeltaGenerator | None]
    refusal: Callable[[], str]
    status: Callable[[Standing, Following[Standing]], None]
    cells: Callable[[Standing, Following[Standing]], None]
    charts: Callable[[Standing, Following[Standing], Callable[[], None]], None]
    sections: Mapping[str, str]
    afterwards: Callable[[ExperimentView, Verdict[Any]], None]
    columns: tuple[str, ...]
    below: Callable[[Standing, Following[Standing]], None] | None = None
    preview: Callable[[Experiment], None] | None = None
    recorded: Callable[[], None] | None = None

    def in_short(self, spec: Experiment) -> str:
        """What ``spec`` asks for, in one line."""
        return _(self.words.size).format(runs=len(spec.cells()), **in_short(spec.run))
