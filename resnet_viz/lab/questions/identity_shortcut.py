"""Does it have to be the identity? (He et al. 2016, Table 1)"""

from collections.abc import Sequence
from typing import Final

from resnet_viz.experiments.experiment import Experiment
from resnet_viz.figures.figure import Figure
from resnet_viz.lab.duel_words import ends, facts_only, mean_loss
from resnet_viz.lab.duels import Verdict, duels
from resnet_viz.lab.panel import Panel
from resnet_viz.lab.question import Choices, Finding, Outcome, Published, Question, Setting, Settings
from resnet_viz.lab.training_panels import ends_panel, loss_panel
from resnet_viz.lab.trainings import FEW_STEPS, small_run, unpacked
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.networks.resnet import blocks_per_stage
from resnet_viz.processes.channel import Frame
from resnet_viz.wording import Sentence, clauses, count, listed, number, sentence

IDENTITY: Final = "residual"
_OTHERS: Final = {
    "residual+half-shortcut": N_("× 0.5"),
    "residual+all-projection": N_("1×1 convolution"),
    "residual+shortcut-gate": N_("gate on the skip connection"),
    "residual+exclusive-gate": N_("exclusive gate"),
    "residual+dropout-shortcut": N_("dropout 0.5"),
}
_NAMES: Final = {IDENTITY: N_("identity"), **_OTHERS}

PUBLISHED: Final = {
    IDENTITY: (0.0661,),
    "residual+all-projection": (0.1222,),
    "residual+shortcut-gate": (0.0691, 0.1286),
}
"""Test errors of ResNet-110 on CIFAR-10 (He et al. 2016, Table 1); of the gate the least and the greatest."""


def experiment(settings: Settings) -> Experiment:
    """Six residual networks."""
    run = small_run(depth=int(settings["depth"]), steps=100, learning_rate=float(settings["learning_rate"]))
    return Experiment(run=run, families=tuple(_NAMES), seeds=int(settings["seeds"]))


def panels(result: Frame) -> list[Panel | Figure]:
    """Test error of every seed beside the published ones, and training loss."""
    found = unpacked(result)
    return [
        loss_panel(found, tuple(_NAMES), _named),
        ends_panel(
            found,
            tuple(_NAMES),
            _named,
            published=PUBLISHED,
            published_name=_("He et al. 2016 (contested)"),
        ),
    ]


def find(result: Frame) -> Finding | None:
    """Judge each of the five others against the identity."""
    found = unpacked(result)
    if not found.are_whole:
        return None
    judged = {duel.second: duel.verdict for duel in duels(found, [(IDENTITY, name) for name in _OTHERS])}
    blocks = 3 * blocks_per_stage(found.spec.network(IDENTITY, found.spec.depths[0]))
    why = sentence(
        N_(
            "With a factor on every skip connection, $x_{{l+1}} = \\lambda x_l + F(x_l)$, what the first "
            "block sends on is multiplied by $\\lambda^{{L}}$ on its way past $L$ blocks. With $\\lambda$ = "
            "0.5 and $L$ = {blocks} that is {left}; with the identity it is 1. Final training losses: {ends}."
        ),
        blocks=count(blocks),
        left=number(0.5**blocks),
        ends=ends(found, tuple(_NAMES), _NAMES),
    )
    verdicts = set(judged.values())
    if Verdict.NOT_JUDGED in verdicts:
        return facts_only(found, tuple(_NAMES), _NAMES, why)
    outcome = Outcome.UNDECIDED
    if Verdict.BETTER in verdicts:
        outcome = Outcome.CONTRADICTS
    elif Verdict.WORSE in verdicts:
        outcome = Outcome.SUPPORTS
    elif verdicts == {Verdict.SAME}:
        outcome = Outcome.NO_EFFECT
    groups = [
        (N_("worse: {which}"), {Verdict.WORSE}),
        (N_("better: {which}"), {Verdict.BETTER}),
        (N_("no difference of a size that matters: {which}"), {Verdict.SAME}),
        (N_("not decided: {which}"), {Verdict.OPEN, Verdict.UNDECIDED, Verdict.BOTH_FAIL}),
    ]
    said: list[Sentence] = [
        sentence(template, which=_listed([name for name, verdict in judged.items() if verdict in which]))
        for template, which in groups
        if verdicts & which
    ]
    return Finding(
        outcome,
        sentence(
            N_("Against the identity (final training loss {identity}): {said}."),
            identity=mean_loss(found, IDENTITY),
            said=clauses(said),
        ),
        why,
        sentence(N_("Deeper networks, trained longer, and more seeds would tell."))
        if outcome in (Outcome.NO_EFFECT, Outcome.UNDECIDED)
        else None,
    )


def _named(family: str) -> str:
    return _(_NAMES[family])


def _listed(families: Sequence[str]) -> str | Sentence:
    return listed([sentence(_NAMES[family]) for family in families])


def _right(result: Frame) -> str | None:
    found = unpacked(result)
    if not found.are_whole:
        return None
    verdicts = [duel.verdict for duel in duels(found, [(IDENTITY, name) for name in _OTHERS])]
    if Verdict.BETTER in verdicts:
        return "beaten"
    if all(verdict is Verdict.WORSE for verdict in verdicts):
        return "all"
    return "some" if Verdict.WORSE in verdicts else None


QUESTION = Question(
    name="identity_shortcut",
    title=N_("Does a skip connection have to be the identity?"),
    short=N_("Training loss and test error of residual networks with six kinds of skip connections"),
    expected=N_("Some other skip connections train worse than the identity, and none trains better."),
    row="without",
    needs="training",
    trains=experiment,
    settings=(
        Setting("learning_rate", N_("Learning rate"), (0.03, 0.1), 0.1),
        Setting("depth", N_("Depth"), (20, 26), 20),
        Setting("seeds", N_("Number of seeds"), (1, 3), 3),
    ),
    predict=Choices(
        N_("Five other skip connections: how many of them train worse than the identity?"),
        {"all": N_("all five"), "some": N_("some of them"), "beaten": N_("at least one is better")},
        _right,
    ),
    panels=panels,
    find=find,
    limits=(
        FEW_STEPS,
        N_("One learning rate for all; the best one of each may differ."),
        N_("At the start gates let the whole input pass (bias −6), the best for both kinds in the paper."),
        N_("A 1×1 convolution and a gate add parameters; the other skip connections do not."),
    ),
    regime=N_("With batch normalisation and He's initial weights: the degradation regime."),
    published=(
        Published(
            sentence(
                N_(
                    "Test errors: identity 6.61%, 1×1 convolution 12.22%, gate on the skip connection 6.91% "
                    "to 12.86%; a skip connection × 0.5 and dropout 0.5 fail (above 20%). Contested since."
                )
            ),
            "He et al. 2016, Table 1",
            sentence(
                N_("CIFAR-10, 110 layers, trained to the end; ours are shallower and trained for seconds.")
            ),
        ),
    ),
)
