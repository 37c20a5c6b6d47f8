"""Published curves of error over depth, printed in papers or quoted from them: never measured here."""

from dataclasses import dataclass

from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _


@dataclass(frozen=True, slots=True)
class PublishedCurve:
    """Test errors (shares of 1) of one kind of network over depth, with where they stand.

    Attributes:
        label: short name for legends; a gettext key.
        source: paper and table; a gettext key.
        is_quoted: read in others' words and not in the paper itself, so rounded to whole percent.
    """

    family: str
    label: str
    source: str
    depths: tuple[int, ...]
    test_errors: tuple[float, ...]
    is_quoted: bool = False

    def printed(self, error: float) -> str:
        """``error`` with as many digits as its source is good for, in the reader's language."""
        if self.is_quoted:
            return _("about {share}").format(share=f"{error:.0%}")
        return f"{error:.2%}"


PUBLISHED = (
    PublishedCurve(
        "residual",
        N_("published, residual (He 2015)"),
        N_(
            "He et al. 2015 (arXiv:1512.03385), Table 6, read from the table: test error on CIFAR-10, "
            "augmented; 110 layers: the best of five runs, which have 6.61% ± 0.16%."
        ),
        (20, 32, 44, 56, 110),
        (0.0875, 0.0751, 0.0717, 0.0697, 0.0643),
    ),
    PublishedCurve(
        "plain",
        N_("published, plain (Li 2018, quoted)"),
        N_(
            "Li et al. 2018 (arXiv:1712.09913), networks without skip connections: test error on CIFAR-10, "
            "rounded, as others quote it; not read in the paper itself."
        ),
        (20, 56, 110),
        (0.08, 0.13, 0.16),
        is_quoted=True,
    ),
    PublishedCurve(
        "residual",
        N_("published, residual (Li 2018, quoted)"),
        N_(
            "Li et al. 2018 (arXiv:1712.09913), networks with skip connections: test error on CIFAR-10, "
            "rounded, as others quote it; not read in the paper itself."
        ),
        (20, 56, 110),
        (0.07, 0.06, 0.06),
        is_quoted=True,
    ),
)
"""He's depth 1202 (7.93 %) is left out: it stretches the axis tenfold. His plain networks have no table."""
