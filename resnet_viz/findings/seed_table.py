"""The values of each seed of twins, as a table."""

from resnet_viz.findings.family_words import family_words, of_twins
from resnet_viz.findings.pairs import SeedResult
from resnet_viz.findings.twin_numbers import TwinFinding
from resnet_viz.findings.twin_words import shown_loss
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.wording import number, percent, signed

DIFFERENCE = N_("{plain_first} − {residual_family}")


def seed_table(found: TwinFinding) -> list[list[str]]:
    """One row a seed that has ended, headings first; a gap is stated where both networks have learned."""
    names = [family_words(name, inside=True) for name in found.names]
    head = [
        _("Seed"),
        *(_("Training loss, {family}").format(family=name) for name in names),
        str(of_twins(DIFFERENCE, found.names)),
        *(_("Test accuracy, {family}").format(family=name) for name in names),
    ]
    return [head, *(_row(found, seed) for seed in found.seeds)]


def _row(found: TwinFinding, seed: SeedResult) -> list[str]:
    gaps = found.loss.gaps if found.loss else {}
    losses = [str(shown_loss(ending, loss)) for ending, loss in zip(seed.endings, seed.losses, strict=True)]
    gap = signed(number(gaps.get(seed.seed)))
    return [str(seed.seed), *losses, gap, *map(percent, seed.accuracies)]
