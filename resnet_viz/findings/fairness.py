"""Proof that two networks differ in the shortcut and nothing else, from what their runs recorded.

A race is fair when every difference between the two runs is one that was asked
for. Identity shortcuts have no parameters, so there everything must be equal.
Projections have weights of their own, and a zero start of the last norms makes
no sense without shortcuts: these two differences are counted, named and marked
as chosen, and do not make the race unfair; the summary says that they are
there. Everything else must be equal. What is not on record yet is neither.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from resnet_viz.experiments.experiment import CellHistory, Experiment
from resnet_viz.experiments.forks import CHANGE_NAMES
from resnet_viz.experiments.settings import RACE_SETTINGS
from resnet_viz.history import RunHistory
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.networks.families import family_of
from resnet_viz.specs import NetworkSpec, RunSpec, Spec
from resnet_viz.wording import Sentence, count, listed, sentence, with_semicolons


@dataclass(frozen=True, slots=True)
class FairnessRow:
    """One thing compared; values are in the language in force when it was.

    ``equal`` is None while it is not known; ``chosen`` marks a difference that
    comes with the shortcut that was asked for. ``label`` is a gettext key.
    """

    name: str
    label: str
    plain: str
    residual: str
    equal: bool | None
    explanation: Sentence
    chosen: bool = False

    @property
    def fair(self) -> bool | None:
        """Equal, or different as chosen; None while not known."""
        return True if self.chosen and self.equal is False else self.equal


@dataclass(frozen=True, slots=True)
class FairnessCard:
    """All rows for the pair of one seed."""

    seed: int
    rows: tuple[FairnessRow, ...]

    @property
    def fair(self) -> bool | None:
        """False as soon as one row is unfair, True when all are fair, else None."""
        return _all_fair(row.fair for row in self.rows)

    @property
    def has_chosen(self) -> bool:
        """Whether some difference came with the shortcut that was asked for."""
        return any(row.chosen for row in self.rows)

    @property
    def summary(self) -> Sentence:
        """The card in one sentence."""
        if self.fair is None:
            return sentence(N_("Not everything has been compared yet."))
        if not self.fair:
            return sentence(
                N_("These networks differ in more than the skip connection; do not compare their curves.")
            )
        if self.has_chosen:
            return sentence(
                N_(
                    "The networks differ only in the skip connection and the changes it requires, listed "
                    "below."
                )
            )
        return sentence(N_("The networks differ only in the skip connection."))


def fairness_card(
    plain: RunHistory, residual: RunHistory, plain_spec: RunSpec, residual_spec: RunSpec
) -> FairnessCard:
    """Compare the two runs of one seed and their specs."""
    rows = (
        _parameters(plain, residual, residual_spec),
        _initial_weights(plain, residual, residual_spec),
        _batch_order(plain, residual),
        _settings(plain_spec, residual_spec),
    )
    return FairnessCard(plain.seed, rows)


def fairness_cards(
    spec: Experiment, cells: Sequence[CellHistory]
) -> list[tuple[tuple[str, str], int, FairnessCard]]:
    """Twins, depth and card of every pair that differs in nothing but its shortcuts and has begun."""
    found = {cell[:3]: cell.history for cell in cells}
    specs = {cell[:3]: cell.run for cell in spec.cells()}
    seeds = dict.fromkeys(cell.seed for cell in spec.cells())
    cards = []
    for twins in spec.twins():
        for depth in spec.depths_of(twins[1]):
            for seed in seeds:
                plain, residual = ((family, depth, seed) for family in twins)
                if plain in found and residual in found:
                    card = fairness_card(found[plain], found[residual], specs[plain], specs[residual])
                    cards.append((twins, depth, card))
    return cards


def race_is_fair(cards: Iterable[FairnessCard]) -> bool:
    """Whether every seed's card is known to be fair; a race without cards has proven nothing."""
    return _all_fair(card.fair for card in cards) is True


def _all_fair(verdicts: Iterable[bool | None]) -> bool | None:
    known = list(verdicts)
    if False in known:
        return False
    return None if None in known or not known else True


def _parameters(plain: RunHistory, residual: RunHistory, spec: RunSpec) -> FairnessRow:
    label = N_("Parameters")
    one, other = plain.facts.get("parameters"), residual.facts.get("parameters")
    if one is None or other is None:
        return _unknown("parameters", label)
    beside = [tap["name"] for tap in residual.facts.get("taps", ()) if tap["kind"] == "shortcut"]
    projections = [name for name in beside if not name.endswith(".gate")]
    has = {
        N_("the learned scale of each block"): spec.network.learned_scale,
        N_("the gate of each skip connection"): len(projections) < len(beside),
        N_("the projections chosen for it: {layers}"): bool(projections)
        and spec.network.shortcut in ("projection", "all-projection"),
    }
    parts: list[str | Sentence] = [
        sentence(part, layers=", ".join(projections)) for part, is_there in has.items() if is_there
    ]
    chosen = other > one and bool(parts)
    if one == other:
        explanation = sentence(
            N_("The skip connection adds the input to the output; it has no weights of its own.")
        )
    elif chosen:
        template = N_("The residual network has {extra} more, in {parts}.")
        explanation = sentence(template, extra=count(other - one), parts=listed(parts))
    else:
        explanation = sentence(N_("The networks are not of the same size."))
    return FairnessRow("parameters", label, count(one), count(other), one == other, explanation, chosen)


def _initial_weights(plain: RunHistory, residual: RunHistory, spec: RunSpec) -> FairnessRow:
    label = N_("Initial weights")
    one, other = plain.facts.get("init_digest"), residual.facts.get("init_digest")
    if one is None or other is None:
        return _unknown("initial_weights", label)
    chosen = one != other and spec.network.init == "zero-last-norm"
    if one == other:
        # Equal weights are not an equal function: the objection is answered where it arises.
        template = N_(
            "The layers of both networks started with identical weights (matching fingerprints). The "
            "functions differ from the start: one of them adds the skip connection."
        )
    elif chosen:
        template = N_("As chosen, each residual block starts at zero, so the fingerprints differ.")
    else:
        template = N_("The networks started from different weights.")
    return FairnessRow("initial_weights", label, one, other, one == other, sentence(template), chosen)


def _batch_order(plain: RunHistory, residual: RunHistory) -> FairnessRow:
    """Digests are chained over all batches so far; the latest step that both have recorded is shown."""
    first, second = _digests(plain), _digests(residual)
    common = sorted(first.keys() & second.keys())
    differing = [step for step in common if first[step] != second[step]]
    label = N_("Images and their order")
    if not common:
        return _unknown("batch_order", label)
    shown = differing[0] if differing else common[-1]
    template = (
        N_("The batches differ at step {step} or earlier.")
        if differing
        else N_("Both saw the same images in the same order up to step {step} (matching fingerprints).")
    )
    explanation = sentence(template, step=count(shown))
    return FairnessRow("batch_order", label, first[shown], second[shown], not differing, explanation)


def _settings(plain: RunSpec, residual: RunSpec) -> FairnessRow:
    """Everything asked for: the shortcut differs on purpose, and with it the zero start it needs."""
    one, other = dict(_flat(plain)), dict(_flat(residual))
    own = family_of(residual.network)
    of_shortcuts = own.role(own.twin).decides if own.twin else frozenset[str]()
    expected = {f"network.{name}" for name in of_shortcuts - own.apart}
    if residual.network.init == "zero-last-norm" and plain.network.init == "he":
        expected.add("network.init")
    differing = [name for name in one if one[name] != other[name]]
    wrong = [name for name in differing if name not in expected]
    sound = not wrong and plain.network.shortcut == "none" and residual.network.shortcut != "none"
    named = wrong or differing
    shown = [
        with_semicolons(setting_in_words(name, values[name]) for name in named) for values in (one, other)
    ]
    template = (
        N_("All other {count} settings are equal.")
        if sound
        else N_("Settings that should be equal are not, or the skip connection is missing.")
    )
    explanation = sentence(template, count=len(one) - len(differing))
    return FairnessRow("settings", N_("Settings"), shown[0] or "–", shown[1] or "–", sound, explanation)


def setting_in_words(name: str, value: str) -> str:
    """``network.norm``, ``none`` → ``Normalisation: None``, in the reader's language."""
    setting, called = label_and_value(name, value)
    return _("{setting}: {value}").format(setting=setting, value=called)


def label_and_value(name: str, value: str) -> tuple[str, str]:
    """What a setting and its value are called in the reader's language; else ``name`` and ``value``."""
    label, texts = _WORDS.get(name, ("", {}))
    return _(label) if label else name, _(texts[value]) if value in texts else value


# Of both networks one says whether it has the connections: "shortcut" is what the paper's options are called.
_WORDS: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    f"{setting.part}.{setting.field}": (setting.label, setting.texts) for setting in RACE_SETTINGS.values()
} | {
    "network.shortcut": (
        N_("Skip connections"),
        {**RACE_SETTINGS["shortcut"].texts, "none": N_("None")},
    ),
    "data.train_size": (RACE_SETTINGS["images"].label, {"None": N_("all")}),
    "data.resolution_px": (RACE_SETTINGS["resolution"].label, {"None": N_("as published")}),
    "fork": (N_("Fork"), {"None": N_("None")}),
    "fork.run": (N_("Forked from run"), {}),
    "fork.step": (N_("Forked at step"), {}),
    "fork.change": (N_("Difference"), {str(change): name for change, name in CHANGE_NAMES.items()}),
    "network.depth": (N_("Depth"), {}),
    "network.family": (N_("Network type"), {}),
    "network.branch_scale": (N_("Fixed scale of each block"), {}),
    "network.skip_span": (N_("Convolutions per skip connection"), {}),
    "network.shortcut_scale": (N_("Fixed scale of each skip connection"), {}),
    "network.gate": (
        N_("Gate"),
        {
            "none": N_("None"),
            "exclusive": N_("exclusive: g on the block, 1 − g on the skip connection"),
            "shortcut-only": N_("shortcut-only: 1 − g on the skip connection"),
        },
    ),
    "network.gate_bias": (N_("First bias of the gate"), {}),
    "network.shortcut_dropout": (N_("Dropout on each skip connection"), {}),
    "network.survival": (N_("Survival probability of the last block"), {}),
    "network.activation": (N_("Activation"), {"relu": "ReLU"}),
    "network.cardinality": (N_("Cardinality"), {}),
    "network.base_width": (N_("Channels of each group"), {}),
    "network.growth": (N_("Growth rate"), {}),
    "network.compression": (N_("Compression"), {}),
    "network.learned_scale": (N_("Learned scale of each block"), {"True": N_("yes"), "False": N_("no")}),
}


def _unknown(name: str, label: str) -> FairnessRow:
    return FairnessRow(name, label, "–", "–", None, sentence(N_("Not recorded yet.")))


def _digests(history: RunHistory) -> dict[int, str]:
    recorded: Mapping[str, str] = history.facts.get("batch_digests", {})
    return {int(step): digest for step, digest in recorded.items()}


def _flat(spec: Spec) -> Iterator[tuple[str, str]]:
    """``network.depth`` → ``32`` and so on, through all levels; of a network what its family has."""
    names: Iterable[str] = type(spec).model_fields
    if isinstance(spec, NetworkSpec):
        names = ("family", "depth", *family_of(spec).fields)
    for name in names:
        value = getattr(spec, name)
        if isinstance(value, Spec):
            yield from ((f"{name}.{below}", text) for below, text in _flat(value))
        else:
            yield name, str(value)
