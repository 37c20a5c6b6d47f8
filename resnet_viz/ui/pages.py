"""The pages: the one list of what they are called, where they are and how one gets there."""

from typing import Final, NamedTuple

from resnet_viz.locale import N_


class Page(NamedTuple):
    """A page by its file in ``pages/``; ``title`` is to be translated."""

    name: str
    title: str
    icon: str
    address: str
    """What it is called in the address bar; the first page has none."""

    @property
    def path(self) -> str:
        """For Streamlit, which looks from the script that every visit runs."""
        return f"../../pages/{self.name}.py"


HOME: Final = Page("home", N_("Home"), ":material/home:", "")
RACE: Final = Page("race", N_("Race"), ":material/flag:", "race")
DEPTH: Final = Page("depth", N_("Depth"), ":material/show_chart:", "depth")
INSPECT: Final = Page("inspect", N_("Inspect"), ":material/search:", "inspect")
ARCHITECTURES: Final = Page("architectures", N_("Architectures"), ":material/account_tree:", "architectures")
LAB: Final = Page("lab", N_("Lab"), ":material/science:", "lab")
RUNS: Final = Page("runs", N_("Runs"), ":material/table_rows:", "runs")
PAGES: Final = (HOME, RACE, DEPTH, INSPECT, ARCHITECTURES, LAB, RUNS)
"""In the order of the menu."""


def named(name: str) -> Page:
    """The page with this name."""
    return next(page for page in PAGES if page.name == name)
