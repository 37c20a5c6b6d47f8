"""The values of each seed of a race, as a table."""

from resnet_viz.findings.pairs import SeedResult
from resnet_viz.findings.race_numbers import RaceFinding
from resnet_viz.findings.race_words import shown_loss
from resnet_viz.locale import gettext as _
from resnet_viz.wording import number, percent, signed


def seed_table(found: RaceFinding) -> list[list[str]]:
    """One row a seed that has ended, headings first; a gap is stated where both networks have learned."""
    head = [
        _("Seed"),
        _("Training loss, plain"),
        _("Training loss, residual"),
        _("Plain − residual"),
        _("Test accuracy, plain"),
        _("Test accuracy, residual"),
    ]
    return [head, *(_row(found, seed) for seed in found.seeds)]


def _row(found: RaceFinding, seed: SeedResult) -> list[str]:
    gaps = found.loss.gaps if found.loss else {}
    losses = [str(shown_loss(ending, loss)) for ending, loss in zip(seed.endings, seed.losses, strict=True)]
    gap = signed(number(gaps.get(seed.seed)))
    return [str(seed.seed), *losses, gap, *map(percent, seed.accuracies)]
