"""The words for what a sweep comes to. They claim what the numbers in them show, and nothing else."""

from collections.abc import Iterator, Sequence

from resnet_viz.events import BROKEN, RunState
from resnet_viz.experiments.experiment import CellHistory
from resnet_viz.findings.cost_words import cost_sentences
from resnet_viz.findings.depth_headline import change_values, clause
from resnet_viz.findings.depth_numbers import DepthFinding, FamilyFinding, FamilyOutcome, Gap
from resnet_viz.findings.endings import FINAL_STEPS
from resnet_viz.findings.evidence import Outcome
from resnet_viz.findings.family_words import family_words
from resnet_viz.findings.intervals import FEWEST
from resnet_viz.findings.pairs import Both
from resnet_viz.findings.regime import gradient_of, gradient_sentences
from resnet_viz.findings.statistics_words import statistics_sentences
from resnet_viz.findings.training_time import early_sentence
from resnet_viz.findings.yardstick_words import yardstick_sentence
from resnet_viz.locale import N_
from resnet_viz.wording import Sentence, count, listed, paragraph, percent, points, sentence, signed

_CLAUSE_SENTENCE = N_("{family}: {outcome}.")
_RUNNING = N_("Not everything has been trained, so this may change. Runs finished: {done} of {cells}.")
_ENDED = N_("Runs finished: {done} of {cells}.")
_BROKEN = N_("Failed or interrupted, and so without a result: {cells}.")
_STOPPED = N_("Stopped, and so without a result: {cells}.")
_RUN = N_("{family} {depth} (seed {seed})")

_ONE_SEED_FAMILY = N_(
    "{family}: training error {first} at depth {shallowest} and {last} at depth {deepest}, one seed."
)
_TWO_SEEDS_FAMILY = N_(
    "{family}: from depth {shallowest} to {deepest} the training error changes by {changes} percentage "
    "points, two seeds."
)
_FAMILY = N_(
    "{family}: mean training error of {seeds} seeds {first} at depth {shallowest} and {last} at depth "
    "{deepest}."
)
_CHANGE = N_(
    "Depth {deepest} − depth {shallowest}: {gap} percentage points (95% confidence interval {low} to {high})."
)
_JUDGEMENTS = {
    FamilyOutcome.RISES: N_(
        "It rises with depth: more than chance explains, over all depths between too, and on average by at "
        "least {margin} percentage points, the smallest difference that counts here."
    ),
    FamilyOutcome.FALLS: N_(
        "It falls with depth: more than chance explains, over all depths between too, and on average by at "
        "least {margin} percentage points, the smallest difference that counts here."
    ),
    FamilyOutcome.SAME: N_(
        "With its uncertainty the change stays below {margin} percentage points, the smallest difference "
        "that counts here."
    ),
    FamilyOutcome.OPEN: N_(
        "It changes with depth, but whether by {margin} percentage points or more, the smallest "
        "difference that counts here, is open."
    ),
    FamilyOutcome.UNDECIDED: N_("The seeds differ too much to tell a change with depth from chance."),
}
_OTHER_WIDTHS = N_(
    "Not judged: its width was chosen at each depth so that all networks cost the same, so depth is not the "
    "only difference."
)
_ONLY_ALONE = N_(
    "On its own this change lies beyond chance, but not over all depths, or not with {claims} claims "
    "judged together: no clear trend."
)

_GAP = N_(
    "At depth {depth} the training error is {plain} ({plain_family}) and {residual} ({residual_family})."
)
_GAP_OF_SEEDS = N_(
    "At depth {depth} the mean training error of {seeds} seeds is {plain} ({plain_family}) and {residual} "
    "({residual_family})."
)
_GAP_OF_TWO = N_(
    "At depth {depth}, training error, {first_family} − {residual_family}: {gaps} percentage points, two "
    "seeds."
)
_DIFFERENCE = N_(
    "{first_family} − {residual_family}: {gap} percentage points (95% confidence interval {low} to {high})."
)
_GAP_JUDGEMENTS = {
    Outcome.HIGHER: N_(
        "Here {residual_family} networks fit their training images better than {plain_family} ones."
    ),
    Outcome.LOWER: N_(
        "Here {plain_family} networks fit their training images better than {residual_family} ones."
    ),
    Outcome.SAME: N_("With its uncertainty this difference stays below {margin} percentage points."),
    Outcome.OPEN: N_("There is a difference, but whether it reaches {margin} percentage points is open."),
    Outcome.UNDECIDED: N_(
        "Undecided: given the uncertainty, the difference may be larger or smaller than {margin} percentage "
        "points."
    ),
}
_TEST = N_("Test error there: {plain} ({plain_family}) and {residual} ({residual_family}).")

_DEGRADATION = N_(
    "The deeper networks have the higher error on the images they were trained on: that is degradation, not "
    "overfitting."
)
_SHALLOW = N_(
    "The deepest network here has {depth} layers; plain networks of up to 20 layers train well in published "
    "results too (He et al. 2015, Fig. 6). Add deeper ones."
)
_NOT_COMPARED = N_(
    "A depth at which a network diverged or only guesses is not compared. Train longer or change the "
    "learning rate."
)
_ONE_SEED = N_("One seed a depth describes and cannot judge; from {fewest} seeds on depths are judged.")
_TWO_SEEDS = N_("Two seeds are too few for a confidence interval; from {fewest} on depths are judged.")
_FEWER = N_("Only seeds that both sides have are compared; not all depths have the same number.")
_CLAIMS = N_(
    "{claims} claims are judged together (Holm): where depth changes nothing, one of them is wrong in 5% of "
    "sweeps at most."
)
_TRAINING_ERROR = N_(
    "Training error: the share of {images} images, those of the last {batches} batches, classified wrongly "
    "while the weights still changed."
)

_SHALLOW_DEPTH = 20


def sentences(found: DepthFinding, cells: Sequence[CellHistory]) -> list[Sentence]:
    """The outcome with the numbers it rests on; what belongs together is one."""
    return [
        *_remarks(found, cells),
        *(said for one in found.families for said in paragraph(_family_sentences(one, found))),
        *(said for gap in found.gaps for said in paragraph(_gap_sentences(gap))),
        *_conclusions(found),
        *_beside(found),
        *paragraph(_gradients(found, cells)),
    ]


def notes(found: DepthFinding, cells: Sequence[CellHistory]) -> list[Sentence]:
    """How the numbers were measured and judged."""
    return [*cost_sentences(found.spec), *_statistics(found, cells), *_standard(found)]


def _remarks(found: DepthFinding, cells: Sequence[CellHistory]) -> Iterator[Sentence]:
    total = len(found.spec.cells())
    if found.finished < total:
        yield sentence(_RUNNING if found.is_moving else _ENDED, done=found.finished, cells=total)
    for states, template in ((BROKEN, _BROKEN), ({RunState.STOPPED}, _STOPPED)):
        named: list[str | Sentence] = [
            sentence(_RUN, family=family_words(cell.family), depth=cell.depth, seed=cell.seed)
            for cell in cells
            if cell.history.state in states
        ]
        if named:
            yield sentence(template, cells=listed(named))


def _family_sentences(one: FamilyFinding, found: DepthFinding) -> Iterator[Sentence]:
    if one.diverged or one.guessing or one.change is None:
        yield sentence(_CLAUSE_SENTENCE, family=family_words(one.family), outcome=clause(one))
    change = one.change
    if change is None:
        return
    values = change_values(one, change) | {"family": family_words(one.family)}
    template = {1: _ONE_SEED_FAMILY, 2: _TWO_SEEDS_FAMILY}.get(change.seeds, _FAMILY)
    yield sentence(template, **values)
    if change.interval.p is None:
        return
    yield sentence(_CHANGE, **values)
    if not one.of_one_width:
        yield sentence(_OTHER_WIDTHS)
    if one.outcome is FamilyOutcome.UNDECIDED and change.interval.excludes_zero():
        yield sentence(_ONLY_ALONE, claims=found.claims)
    elif one.outcome in _JUDGEMENTS:
        yield sentence(_JUDGEMENTS[one.outcome], **values)
    if one.outcome is FamilyOutcome.RISES:
        built = found.spec.network(one.family, one.deepest or 0)
        if built.role == "plain" and built.norm != "none":
            yield sentence(_DEGRADATION)


def _gap_sentences(gap: Gap) -> Iterator[Sentence]:
    interval = gap.train.interval
    values: dict[str, str | int | Sentence] = {
        "first_family": family_words(gap.plain),
        "plain_family": family_words(gap.plain, inside=True),
        "residual_family": family_words(gap.residual, inside=True),
        "gaps": listed([signed(points(one)) for one in gap.train.gaps.values()]),
        "depth": gap.depth,
        "plain": percent(gap.train.first),
        "residual": percent(gap.train.second),
        "seeds": gap.train.seeds,
        "gap": signed(points(interval.mean)),
        "low": points(interval.low),
        "high": points(interval.high),
        "margin": points(gap.train.margin),
    }
    yield sentence({1: _GAP, 2: _GAP_OF_TWO}.get(gap.train.seeds, _GAP_OF_SEEDS), **values)
    if interval.p is not None:
        yield sentence(_DIFFERENCE, **values)
    if gap.outcome in _GAP_JUDGEMENTS:
        yield sentence(_GAP_JUDGEMENTS[gap.outcome], **values)
    if gap.test and gap.train.seeds != 2:
        tested = {"plain": percent(gap.test.first), "residual": percent(gap.test.second)}
        yield sentence(_TEST, **values | tested)


def _conclusions(found: DepthFinding) -> Iterator[Sentence]:
    deepest = max((depth for one in found.families for depth in one.errors), default=0)
    judged = [one.outcome for one in found.families]
    if deepest <= _SHALLOW_DEPTH and judged and set(judged) <= {FamilyOutcome.SAME}:
        yield sentence(_SHALLOW, depth=deepest)


def _beside(found: DepthFinding) -> Iterator[Sentence]:
    """What one seed's gap can be held against."""
    for gap in found.gaps[:1]:
        if gap.train.seeds == 1:
            spec, named = found.spec, (gap.plain, gap.residual)
            runs = (spec.run.but(network=spec.network(name, gap.depth)) for name in named)
            yield yardstick_sentence(Both(*runs), gap.train.interval.mean, "error", Both(*named))


def _standard(found: DepthFinding) -> Iterator[Sentence]:
    """What the numbers are, and by which rule they were judged."""
    if any(one.diverged or one.guessing for one in found.families):
        yield sentence(_NOT_COMPARED)
    changes = [one.change for one in found.families if one.change]
    if not changes:
        return
    seeds = max(change.seeds for change in changes)
    if seeds < FEWEST:
        yield sentence(_ONE_SEED if seeds == 1 else _TWO_SEEDS, fewest=FEWEST)
    if len({len(errors.train) for one in found.families for errors in one.errors.values()}) > 1:
        yield sentence(_FEWER)
    if found.claims > 1:
        yield sentence(_CLAIMS, claims=found.claims)
    recipe = found.spec.run.train
    batches = min(FINAL_STEPS, recipe.steps)
    yield sentence(_TRAINING_ERROR, images=count(batches * recipe.batch_size), batches=batches)
    yield from early_sentence(recipe)


def _gradients(found: DepthFinding, cells: Sequence[CellHistory]) -> list[Sentence]:
    """How the gradients went in the first pair, at the depth compared."""
    for gap in found.gaps[:1]:
        seed = next(iter(gap.train.gaps))
        runs = {c.family: c.history for c in cells if (c.depth, c.seed) == (gap.depth, seed)}
        measured = [
            (family_words(name, inside=True), gradient)
            for name in (gap.plain, gap.residual)
            if (gradient := gradient_of(runs[name])) is not None
        ]
        return gradient_sentences(measured, gap.depth, seed)
    return []


def _statistics(found: DepthFinding, cells: Sequence[CellHistory]) -> list[Sentence]:
    """How the statistics of batch normalisation came about in the tests of the first pair."""
    for gap in found.gaps[:1]:
        if gap.test is None or found.spec.network(gap.plain, gap.depth).norm != "batch":
            continue
        tested = (
            [c.history for c in cells if (c.family, c.depth) == (name, gap.depth) and c.seed in gap.test.gaps]
            for name in (gap.plain, gap.residual)
        )
        return statistics_sentences(Both(*tested), Both(gap.plain, gap.residual), errors=True)
    return []
