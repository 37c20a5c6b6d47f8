"""A sweep's outcome in a few words: what depth does to each family, all of them named."""

from collections.abc import Mapping

from resnet_viz.findings.depth_numbers import Bad, DepthFinding, FamilyFinding, FamilyOutcome
from resnet_viz.findings.evidence import Difference
from resnet_viz.findings.family_words import family_words
from resnet_viz.locale import N_
from resnet_viz.wording import Sentence, clauses, listed, percent, points, sentence, signed

_NOTHING_YET = N_("Not enough measured yet")
_SO_FAR = N_("So far: {headline}")
_IN_THESE_RUNS = N_("In these runs: {families}")
_CLAUSE = N_("{family}: {outcome}")
_VALUES = N_("{family} {outcome}")
_CLAUSES = {
    FamilyOutcome.NOTHING: N_("no result"),
    FamilyOutcome.RISES: N_("training error rises with depth"),
    FamilyOutcome.FALLS: N_("training error falls with depth"),
    FamilyOutcome.SAME: N_("no change with depth as large as {margin} percentage points"),
    FamilyOutcome.OPEN: N_("a change with depth, its size is open"),
    FamilyOutcome.UNDECIDED: N_("no clear trend with depth"),
}
_ONE_DEPTH = N_("{error} at depth {depth}")
_FROM_TO = N_("{first} at depth {shallowest}, {last} at depth {deepest}")
_CHANGES = N_("{changes} percentage points from depth {shallowest} to {deepest}")
_DIVERGED_AT = N_("diverged at depth {depths}")
_GUESSES_AT = N_("no better than guessing at depth {depths}")
_OF_RUNS = N_("{depth} ({count} of {runs} runs)")

_DESCRIBED = (FamilyOutcome.NOTHING, FamilyOutcome.ONE_DEPTH, FamilyOutcome.NOT_JUDGED)


def headline(found: DepthFinding) -> Sentence:
    """What depth does to each family, all of them named."""
    if all(one.outcome in (FamilyOutcome.NOTHING, FamilyOutcome.ONE_DEPTH) for one in found.families):
        return sentence(_NOTHING_YET)
    described = all(one.outcome in _DESCRIBED for one in found.families)
    said = clauses([_named(one, described=described) for one in found.families])
    if described:
        said = sentence(_IN_THESE_RUNS, families=said)
    return sentence(_SO_FAR, headline=said) if found.is_moving else said


def _named(one: FamilyFinding, *, described: bool) -> Sentence:
    called = family_words(one.family, inside=described)
    return sentence(_VALUES if described else _CLAUSE, family=called, outcome=clause(one))


def clause(one: FamilyFinding) -> Sentence:
    """What depth does to one family, without its name."""
    exceptions = [
        sentence(template, depths=_depths(bad))
        for template, bad in ((_DIVERGED_AT, one.diverged), (_GUESSES_AT, one.guessing))
        if bad
    ]
    if one.outcome in (FamilyOutcome.DIVERGED, FamilyOutcome.GUESSES):
        return clauses(exceptions)
    if one.outcome is FamilyOutcome.ONE_DEPTH:
        seeds = one.errors[one.shallowest or 0].train
        said = sentence(_ONE_DEPTH, depth=one.shallowest or 0, error=listed([*map(percent, seeds.values())]))
    elif one.outcome is FamilyOutcome.NOT_JUDGED and one.change:
        said = sentence(_FROM_TO if one.change.seeds == 1 else _CHANGES, **change_values(one, one.change))
    else:
        margin = points(one.change.margin) if one.change else ""
        said = sentence(_CLAUSES[one.outcome], margin=margin)
    return clauses([said, *exceptions])


def _depths(bad: Mapping[int, Bad]) -> str | Sentence:
    return listed(
        [sentence(_OF_RUNS, depth=depth, count=found.runs, runs=found.ended) for depth, found in bad.items()]
    )


def change_values(one: FamilyFinding, change: Difference) -> dict[str, str | int | Sentence]:
    """The numbers of a change with depth, for any sentence."""
    return {
        "shallowest": one.shallowest or 0,
        "deepest": one.deepest or 0,
        "first": percent(change.second),
        "last": percent(change.first),
        "changes": listed([signed(points(gap)) for gap in change.gaps.values()]),
        "seeds": change.seeds,
        "gap": signed(points(change.interval.mean)),
        "low": points(change.interval.low),
        "high": points(change.interval.high),
        "margin": points(change.margin),
    }
