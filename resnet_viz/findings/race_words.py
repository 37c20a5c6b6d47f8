"""The words for a race's outcome: of one pair of twins its own, of more network types all of them named."""

from collections.abc import Iterator, Sequence

from resnet_viz.events import BROKEN, RunState
from resnet_viz.findings import twin_words
from resnet_viz.findings.accuracy_words import tested_how
from resnet_viz.findings.cost_words import cost_sentences
from resnet_viz.findings.endings import NO_BETTER, Ending
from resnet_viz.findings.family_words import family_words, of_twins
from resnet_viz.findings.intervals import FEWEST
from resnet_viz.findings.race_numbers import RaceFinding, Result
from resnet_viz.findings.regime import gradient_sentences
from resnet_viz.findings.training_time import early_sentence
from resnet_viz.findings.twin_numbers import RaceOutcome, TwinFinding
from resnet_viz.findings.twin_words import shown_loss
from resnet_viz.locale import N_
from resnet_viz.networks.families import network_type
from resnet_viz.wording import Sentence, clauses, count, listed, number, paragraph, percent, sentence

_UNFINISHED = {
    RaceOutcome.WAITING: N_("Nothing measured yet"),
    RaceOutcome.RUNNING: N_("Still running"),
    RaceOutcome.STOPPED: N_("Stopped before the end"),
    RaceOutcome.FAILED: N_("Not completed"),
}
_JUDGED = frozenset(
    {
        RaceOutcome.RESIDUAL_BETTER,
        RaceOutcome.PLAIN_BETTER,
        RaceOutcome.NO_DIFFERENCE,
        RaceOutcome.OPEN,
        RaceOutcome.UNDECIDED,
    }
)
_CLAUSES = {
    RaceOutcome.WAITING: N_("nothing measured yet"),
    RaceOutcome.RUNNING: N_("still running"),
    RaceOutcome.STOPPED: N_("stopped before the end"),
    RaceOutcome.FAILED: N_("not completed"),
    RaceOutcome.NOT_JUDGED: N_("not judged"),
    RaceOutcome.RESIDUAL_BETTER: N_("{residual_family} trains better"),
    RaceOutcome.PLAIN_BETTER: N_("{plain_family} trains better"),
    RaceOutcome.NO_DIFFERENCE: N_("no difference as large as {margin}"),
    RaceOutcome.OPEN: N_("a difference, but whether it reaches {margin} is open"),
    RaceOutcome.UNDECIDED: N_("undecided"),
}
_AT_THIS_DEPTH = N_("At this depth: {pairs}")
_PAIR = N_("{plain_first} / {residual_first}: {outcome}")
_TOGETHER = N_("{clause}, {more}")
_SOME_DIVERGED = N_("{plain_family} diverged in {plain} of {seeds} seeds, {residual_family} in {residual}")
_SOME_GUESS = N_(
    "{plain_family} no better than guessing in {plain} of {seeds} seeds, {residual_family} in {residual}"
)

_ONE = N_("In this run: {networks}")
_TWO = N_("In these two seeds: {networks}")
_MEANS = N_("Mean training loss of {seeds} seeds: {networks}")
_VALUE = N_("{family} {loss}")
_VALUES = N_("{family} {first} and {second}")
_WITHOUT_MEAN = N_("{family} learned in {learned} seeds")

_BROKEN = N_("Failed or interrupted, and so without a result: {cells}.")
_STOPPED = N_("Stopped, and so without a result: {cells}.")
_RUN = N_("{family} {depth} (seed {seed})")
_ALONE = N_("{family}, training loss after {steps} steps at depth {depth}: {losses}.")
_ALONE_SEEDS = N_("{family}, training loss after {steps} steps at depth {depth}, {seeds} seeds: {losses}.")
_ALONE_ACCURACY = N_("Test accuracy: {accuracies}.")
_NO_TWIN = N_(
    "Not judged: {families}. Only networks that differ in nothing but the skip connection are judged, and "
    "here it has no such twin."
)
_NO_TWINS = N_(
    "Not judged: {families}. Only networks that differ in nothing but the skip connection are judged, and "
    "here they have no such twins."
)
_NETWORK = N_("{family} {depth}")
_OTHER_DEPTHS = N_(
    "Not every network type has the depth asked for; each has the nearest that exists for it: {networks}."
)
_CLAIMS = N_(
    "{claims} claims are judged together (Holm): where the networks do not differ, one of them is wrong in "
    "5% of races at most."
)


def headline(found: RaceFinding) -> Sentence:
    """The outcome in a few words."""
    if found.pair:
        return twin_words.headline(found.pair)
    outcomes = {twins.outcome for twins in found.twins} or {found.outcome}
    common = next(iter(outcomes)) if len(outcomes) == 1 else None
    if common in _UNFINISHED:
        return sentence(_UNFINISHED[common])
    seeds = found.complete_seeds
    if not outcomes & _JUDGED and seeds and (len(seeds) < FEWEST or not found.twins):
        return _values(found, seeds)
    if not found.twins:
        return sentence(_UNFINISHED[RaceOutcome.FAILED])
    return sentence(_AT_THIS_DEPTH, pairs=clauses([_clause(twins) for twins in found.twins]))


def sentences(found: RaceFinding) -> list[Sentence]:
    """The outcome with the numbers it rests on; what belongs together is one."""
    if found.pair:
        return twin_words.sentences(found.pair)
    said = [*_remarks(found)]
    for twins in found.twins:
        said += [one for one in twin_words.comparison(twins) if one not in said]
    for name in found.alone:
        said += paragraph(_alone(found, name))
    if alone := [family_words(name, inside=True) for name in found.alone]:
        said.append(sentence(_NO_TWIN if len(alone) == 1 else _NO_TWINS, families=listed(alone)))
    return [*said, *paragraph(_gradients(found))]


def notes(found: RaceFinding) -> list[Sentence]:
    """How the numbers were measured and judged."""
    if found.pair:
        return twin_words.notes(found.pair)
    said: list[Sentence] = []
    if len(found.spec.built_depths) > 1:
        shown: list[str | Sentence] = [
            sentence(_NETWORK, family=family_words(name), depth=found.depth_of(name))
            for name in found.spec.families
        ]
        said.append(sentence(_OTHER_DEPTHS, networks=listed(shown)))
    said += cost_sentences(found.spec)
    for part in (tested_how, twin_words.standard):
        for twins in found.twins:
            said += [one for one in part(twins) if one not in said]
    if found.claims > 1:
        said.append(sentence(_CLAIMS, claims=found.claims))
    if not found.twins and any(found.results.values()):
        said += early_sentence(found.spec.run.train)
    return said


def _clause(found: TwinFinding) -> Sentence:
    """What became of one pair, named."""
    exceptions = []
    for template, endings in ((_SOME_DIVERGED, {Ending.DIVERGED}), (_SOME_GUESS, NO_BETTER)):
        plain, residual = map(len, found.ended_as(*endings))
        if plain or residual:
            seeds = len(found.seeds)
            exceptions.append(of_twins(template, found.names, plain=plain, residual=residual, seeds=seeds))
    if found.outcome in _CLAUSES:
        margin = number(found.loss.margin if found.loss else None)
        said = of_twins(_CLAUSES[found.outcome], found.names, margin=margin)
    else:
        said, *exceptions = exceptions
    for more in exceptions:
        said = sentence(_TOGETHER, clause=said, more=more)
    return of_twins(_PAIR, found.names, outcome=said)


def _values(found: RaceFinding, seeds: Sequence[int]) -> Sentence:
    """The final losses of all network types in ``seeds``, of many the means."""
    shown = []
    for name in sorted(found.results, key=lambda name: network_type(name).role == "plain"):
        results = [found.results[name][seed] for seed in seeds]
        losses = [shown_loss(result.ending, result.loss) for result in results]
        called = family_words(name, inside=True)
        if len(seeds) < FEWEST:
            values = dict(zip(("first", "second"), losses, strict=False))
            template = _VALUE if len(seeds) == 1 else _VALUES
            shown.append(sentence(template, family=called, loss=losses[0], **values))
        else:
            shown.append(_mean(called, results))
    template = {1: _ONE, 2: _TWO}.get(len(seeds), _MEANS)
    return sentence(template, seeds=len(seeds), networks=listed(shown))


def _mean(called: Sentence, results: Sequence[Result]) -> Sentence:
    """A mean of all seeds, or in how many a network has learned where that is not all of them."""
    learned = [
        result.loss for result in results if result.ending is Ending.LEARNED and result.loss is not None
    ]
    if len(learned) < len(results):
        return sentence(_WITHOUT_MEAN, family=called, learned=len(learned))
    return sentence(_VALUE, family=called, loss=number(sum(learned) / len(learned)))


def _remarks(found: RaceFinding) -> Iterator[Sentence]:
    """What has no result among networks without a twin; pairs speak for themselves."""
    if not found.twins and found.is_moving:
        yield twin_words.still_running(
            found.spec, len(found.complete_seeds), any_loss=bool(found.complete_seeds)
        )
    for states, template in ((BROKEN, _BROKEN), ({RunState.STOPPED}, _STOPPED)):
        named: list[str | Sentence] = [
            sentence(_RUN, family=family_words(run.family), depth=found.depth_of(run.family), seed=run.seed)
            for run in found.histories
            if run.state in states and run.family in found.alone
        ]
        if named:
            yield sentence(template, cells=listed(named))


def _alone(found: RaceFinding, name: str) -> Iterator[Sentence]:
    """What came of the seeds of a network type that is compared with none."""
    results = found.results[name]
    if not results:
        return
    yield sentence(
        _ALONE if len(results) == 1 else _ALONE_SEEDS,
        family=family_words(name),
        steps=count(min(result.steps for result in results.values())),
        depth=found.depth_of(name),
        seeds=len(results),
        losses=listed([shown_loss(result.ending, result.loss) for result in results.values()]),
    )
    tested = [result.accuracy for result in results.values() if result.accuracy is not None]
    if tested:
        yield sentence(_ALONE_ACCURACY, accuracies=listed([*map(percent, tested)]))


def _gradients(found: RaceFinding) -> list[Sentence]:
    """How the gradient went in the first seed that all networks have."""
    said: list[Sentence] = []
    for seed in found.complete_seeds[:1]:
        for depth in found.spec.built_depths:
            measured = [
                (family_words(name, inside=True), gradient)
                for name, results in found.results.items()
                if found.depth_of(name) == depth and (gradient := results[seed].gradient) is not None
            ]
            said += gradient_sentences(measured, depth, seed)
    return said
