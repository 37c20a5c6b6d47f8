"""The words for what twins come to. They claim what the numbers in them show, and nothing else."""

from collections.abc import Iterator

from resnet_viz.data.catalogue import shape_of
from resnet_viz.events import BROKEN, RunState
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.findings.accuracy_words import accuracies, tested_how
from resnet_viz.findings.endings import FINAL_STEPS, NO_BETTER, Ending, guessing_loss, steps_done
from resnet_viz.findings.family_words import family_words, of_twins
from resnet_viz.findings.intervals import FEWEST
from resnet_viz.findings.pairs import Both
from resnet_viz.findings.regime import gradient_sentences
from resnet_viz.findings.training_time import early_sentence
from resnet_viz.findings.twin_numbers import RaceOutcome, TwinFinding
from resnet_viz.findings.yardstick_words import yardstick_sentence
from resnet_viz.locale import N_
from resnet_viz.wording import Sentence, count, number, paragraph, sentence, signed

SHALLOW = 20
"""Up to this depth plain networks train well (He et al. 2015, Fig. 6)."""

_HEADLINES = {
    RaceOutcome.WAITING: N_("Nothing measured yet"),
    RaceOutcome.RUNNING: N_("Still running"),
    RaceOutcome.STOPPED: N_("Stopped before the end"),
    RaceOutcome.FAILED: N_("Not completed"),
    RaceOutcome.RESIDUAL_BETTER: N_("The {residual_family} network trains better at this depth"),
    RaceOutcome.PLAIN_BETTER: N_("The {plain_family} network trains better at this depth"),
    RaceOutcome.NO_DIFFERENCE: N_("No difference as large as {margin}"),
    RaceOutcome.OPEN: N_("A difference, but whether it reaches {margin} is open"),
    RaceOutcome.UNDECIDED: N_("Undecided"),
}
_ONE = N_("In this run: {residual_family} {residual}, {plain_family} {plain}")
_TWO = N_(
    "In these two seeds: {residual_family} {residual} and {residual_2}, {plain_family} {plain} and {plain_2}"
)
_DIVERGED = N_("diverged")
_GUESSES = N_("{loss} (guessing)")
_WORSE = N_("{loss} (worse than guessing)")
_SOME_DIVERGED = N_("Diverged: {plain_family} in {plain} of {seeds} seeds, {residual_family} in {residual}")
_SOME_GUESS = N_(
    "No better than guessing: {plain_family} in {plain} of {seeds} seeds, {residual_family} in {residual}"
)
_WITH_EXCEPTIONS = N_("{headline}. {exceptions}")

_RUNNING = N_("The race is still running, so this may change. Seeds finished: {done} of {seeds}.")
_WAITING = N_("There is nothing to compare yet. Seeds finished: {done} of {seeds}.")
_STOPPED = N_(
    "Seed {seed} was stopped after {plain} ({plain_family}) and {residual} ({residual_family}) of {total} "
    "steps."
)
_FAILED = N_("Seed {seed} gives no result: a run failed or was interrupted.")
_DELETED = N_("Seed {seed} gives no result: one of its two runs was deleted.")
_FAILED_OF = N_(
    "Seed {seed} gives no result for {plain_family} and {residual_family}: a run failed or was interrupted."
)
_DELETED_OF = N_(
    "Seed {seed} gives no result for {plain_family} and {residual_family}: one of their runs was deleted."
)
_UNEQUAL = N_(
    "In seed {seed} the networks were not trained equally long ({plain} steps {plain_family}, {residual} "
    "{residual_family}); only steps that both have done are compared."
)
_HAS_DIVERGED = N_(
    "The {family} network of seed {seed} diverged after {steps} steps: its loss became infinite or NaN."
)
_NO_BETTER = N_(
    "Guessing, that is giving every class the same probability, has a loss of {guess}. No better than that, "
    "or worse: {plain_family} in {plain} of {seeds} seeds, {residual_family} in {residual}."
)
_NOTHING_LEARNED = N_(
    "A network that has not learned is not compared. Train longer or change the learning rate."
)

_LOSS = N_(
    "Training loss after {steps} steps at depth {depth}, mean of the last {window}: "
    "{plain_family} {plain}, {residual_family} {residual}."
)
_LOSS_OF_SEEDS = N_(
    "Training loss after {steps} steps at depth {depth}, mean of {seeds} seeds: "
    "{plain_family} {plain}, {residual_family} {residual}."
)
_LOSS_OF_SEED = N_("Seed {seed}: training loss {plain_family} {plain}, {residual_family} {residual}.")
_GAP = N_("{plain_first} − {residual_family}: {gap} (95% confidence interval {low} to {high}).")
_BETTER = N_(
    "That is more than chance between seeds explains, and its mean is at least {margin}, the smallest "
    "difference that counts here. The Depth page shows whether depth is the cause."
)
_NO_DIFFERENCE = N_(
    "With its uncertainty the difference stays below {margin}, the smallest difference that counts here."
)
_OPEN = N_(
    "There is a difference, but it may be larger or smaller than {margin}, the smallest difference "
    "that counts here. More seeds narrow the confidence interval."
)
_UNDECIDED = N_(
    "The seeds differ too much to tell: the {plain_family} network had the higher loss in {higher} of "
    "{seeds}. More seeds narrow the confidence interval."
)
_ONLY_ALONE = N_(
    "On its own this difference lies beyond chance, but not with all pairs of this race judged together."
)
_DECIDED_ALONE = N_("Only the seeds in which both networks learned are compared: {seeds} of {ended}.")

_ONE_SEED = N_("One seed shows what happened once; from {fewest} seeds on the difference is judged.")
_TWO_SEEDS = N_("Two seeds are too few for a confidence interval; from {fewest} on the difference is judged.")
_SHALLOW = N_(
    "Depth {depth} is shallow: plain networks of up to 20 layers train well in published results too (He et "
    "al. 2015, Fig. 6). Try a deeper one."
)


def headline(found: TwinFinding) -> Sentence:
    """The outcome in a few words."""
    title = _HEADLINES.get(found.outcome)
    exceptions = _exceptions(found)
    if title is not None:
        said = of_twins(title, found.names, margin=number(found.loss.margin if found.loss else None))
        judged = found.outcome in (RaceOutcome.RESIDUAL_BETTER, RaceOutcome.PLAIN_BETTER)
        return (
            sentence(_WITH_EXCEPTIONS, headline=said, exceptions=exceptions[0])
            if judged and exceptions
            else said
        )
    if len(found.seeds) >= FEWEST:
        return exceptions[0]
    values = {
        f"{role}{place}": shown_loss(seed.endings[which], seed.losses[which])
        for place, seed in zip(("", "_2"), found.seeds, strict=False)
        for which, role in enumerate(Both._fields)
    }
    return of_twins(_ONE if len(found.seeds) == 1 else _TWO, found.names, **values)


def sentences(found: TwinFinding) -> list[Sentence]:
    """The outcome with the numbers it rests on; what belongs together is one."""
    return [*comparison(found), *paragraph(_gradients(found))]


def comparison(found: TwinFinding) -> list[Sentence]:
    """What the two came to, without how the gradient went."""
    return [
        *_remarks(found),
        *paragraph(_without_result(found)),
        *paragraph([*_losses(found), *_judgement(found)]),
        *paragraph(accuracies(found)),
        *_beside(found),
    ]


def notes(found: TwinFinding) -> list[Sentence]:
    """How the numbers were measured and judged."""
    return [*tested_how(found), *standard(found)]


def standard(found: TwinFinding) -> list[Sentence]:
    """By which rule they were judged, and what so short a training can tell."""
    seeds = len(found.seeds)
    said = []
    if 0 < seeds < FEWEST and not found.is_moving:
        said.append(sentence(_ONE_SEED if seeds == 1 else _TWO_SEEDS, fewest=FEWEST))
    return [*said, *early_sentence(found.spec.run.train)] if found.loss else said


def shown_loss(ending: Ending, loss: float | None) -> str | Sentence:
    """A final loss with what is special about it; of a network that diverged, only that."""
    if ending is Ending.DIVERGED:
        return sentence(_DIVERGED)
    template = {Ending.GUESSES: _GUESSES, Ending.WORSE: _WORSE}.get(ending)
    return sentence(template, loss=number(loss)) if template else number(loss)


def _exceptions(found: TwinFinding) -> list[Sentence]:
    """In how many seeds a network diverged or only guesses, one sentence each."""
    said = []
    for template, endings in ((_SOME_DIVERGED, {Ending.DIVERGED}), (_SOME_GUESS, NO_BETTER)):
        plain, residual = map(len, found.ended_as(*endings))
        if plain or residual:
            seeds = len(found.seeds)
            said.append(of_twins(template, found.names, plain=plain, residual=residual, seeds=seeds))
    return said


def still_running(spec: Experiment, done: int, *, any_loss: bool) -> Sentence:
    """That there is more to come of ``spec``, of which ``done`` seeds have ended."""
    return sentence(_RUNNING if any_loss else _WAITING, done=done, seeds=spec.seeds)


def _remarks(found: TwinFinding) -> Iterator[Sentence]:
    """What is out of the ordinary, before any comparison."""
    asked, is_all = found.spec.seeds, len(found.spec.families) == len(found.names)
    if found.is_moving or not found.pairs:
        yield still_running(found.spec, len(found.seeds), any_loss=found.loss is not None)
    first = found.spec.run.train.seed
    missing = set(range(first, first + asked)) - {pair.seed for pair in found.pairs}
    if found.pairs and not found.is_moving:
        template = _DELETED if is_all else _DELETED_OF
        yield from (of_twins(template, found.names, seed=seed) for seed in sorted(missing))
    total = count(found.spec.run.train.steps)
    for pair in found.pairs:
        steps = dict(zip(Both._fields, map(count, map(steps_done, pair.runs)), strict=True))
        states = {run.state for run in pair.runs}
        if states & BROKEN:
            yield of_twins(_FAILED if is_all else _FAILED_OF, found.names, seed=pair.seed)
        if RunState.STOPPED in states:
            yield of_twins(_STOPPED, found.names, seed=pair.seed, total=total, **steps)
        if states == {RunState.FINISHED} and len(set(steps.values())) > 1:
            yield of_twins(_UNEQUAL, found.names, seed=pair.seed, **steps)
        for run, name in zip(pair.runs, found.names, strict=True):
            if run.state is RunState.DIVERGED:
                called = family_words(name, inside=True)
                yield sentence(_HAS_DIVERGED, family=called, seed=pair.seed, steps=count(steps_done(run)))


def _without_result(found: TwinFinding) -> Iterator[Sentence]:
    """Networks that have learned nothing, and what that means for the comparison."""
    plain, residual = map(len, found.ended_as(*NO_BETTER))
    ended, compared = len(found.seeds), found.loss.seeds if found.loss else 0
    if plain or residual:
        guess = number(guessing_loss(shape_of(found.spec.run.data).classes))
        yield of_twins(_NO_BETTER, found.names, guess=guess, plain=plain, residual=residual, seeds=ended)
        yield sentence(_NOTHING_LEARNED)
    if 0 < compared < ended:
        yield sentence(_DECIDED_ALONE, seeds=compared, ended=ended)


def _losses(found: TwinFinding) -> Iterator[Sentence]:
    shown = found.compared
    if found.loss is None:
        return
    if len(shown) == 2:
        for seed in shown:
            plain, residual = map(number, seed.losses)
            yield of_twins(_LOSS_OF_SEED, found.names, seed=seed.seed, plain=plain, residual=residual)
        return
    steps = min(seed.steps for seed in shown)
    yield of_twins(
        _LOSS if len(shown) == 1 else _LOSS_OF_SEEDS,
        found.names,
        depth=found.depth,
        steps=count(steps),
        window=min(FINAL_STEPS, steps),
        seeds=len(shown),
        plain=number(found.loss.first),
        residual=number(found.loss.second),
    )


def _judgement(found: TwinFinding) -> Iterator[Sentence]:
    loss = found.loss
    if loss is None:
        return
    interval = loss.interval
    if interval.p is not None:
        low, high = number(interval.low), number(interval.high)
        yield of_twins(_GAP, found.names, gap=signed(number(interval.mean)), low=low, high=high)
    template = {
        RaceOutcome.RESIDUAL_BETTER: _BETTER,
        RaceOutcome.PLAIN_BETTER: _BETTER,
        RaceOutcome.NO_DIFFERENCE: _NO_DIFFERENCE,
        RaceOutcome.OPEN: _OPEN,
        RaceOutcome.UNDECIDED: _UNDECIDED,
    }.get(found.outcome)
    if found.outcome is RaceOutcome.UNDECIDED and interval.excludes_zero():
        yield sentence(_ONLY_ALONE)
    elif template:
        higher = sum(gap > 0 for gap in loss.gaps.values())
        margin = number(loss.margin)
        yield of_twins(template, found.names, margin=margin, higher=higher, seeds=loss.seeds)
    depth = found.depth
    if found.outcome is RaceOutcome.NO_DIFFERENCE and depth <= SHALLOW:
        yield sentence(_SHALLOW, depth=depth)


def _gradients(found: TwinFinding) -> list[Sentence]:
    shown = found.farthest or next(iter(found.seeds), None)
    measured = [
        (family_words(name, inside=True), gradient)
        for name, gradient in zip(found.names, found.gradients, strict=True)
        if gradient is not None
    ]
    if shown is None or len(measured) < len(found.names):
        return []
    return gradient_sentences(measured, found.depth, shown.seed)


def _beside(found: TwinFinding) -> Iterator[Sentence]:
    """What one seed's gap can be held against."""
    if found.loss and len(found.seeds) == 1:
        yield yardstick_sentence(found.runs, found.loss.interval.mean, "loss", found.names)
