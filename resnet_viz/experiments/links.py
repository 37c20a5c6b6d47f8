"""The two kinds of experiment, races and sweeps: where they start from, and how settings change them.

A link names a preset and what differs from it, so it stays short and says the
same in every language. What a link or a command line asks for goes through the
specs like everything else; an illegal value in a link falls back to what was
there before, and is reported.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from resnet_viz.errors import InvalidSetting
from resnet_viz.experiments.presets import PRESETS
from resnet_viz.experiments.settings import RACE_SETTINGS, SWEEP_SETTINGS, Setting
from resnet_viz.experiments.sweeps import SWEEP_PRESETS, SweepSpec, family
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.specs import Block, NetworkSpec, RaceSpec, choices, legal_depths

S = TypeVar("S", RaceSpec, SweepSpec)

CUSTOM: Final = "custom"
"""The preset that promises nothing: every setting may differ from where it starts."""

PRESET_PARAMETER: Final = "preset"
_NOTHING: Final = "all"


@dataclass(frozen=True, slots=True)
class Start(Generic[S]):
    """What a preset starts from; texts are gettext keys."""

    title: str
    promise: str
    spec: S


@dataclass(frozen=True, slots=True)
class Experiment(Generic[S]):
    """A kind of experiment: its presets, the first being the default, and what can be set."""

    presets: Mapping[str, Start[S]]
    settings: Mapping[str, Setting]

    @property
    def default(self) -> str:
        """The preset that is meant where none is named."""
        return next(iter(self.presets))

    def start(self, preset: str) -> S:
        """What ``preset`` asks for; raises `InvalidSetting`."""
        if preset not in self.presets:
            raise InvalidSetting(
                "unknown_preset",
                N_("There is no preset {preset}; choose one of: {presets}."),
                field=PRESET_PARAMETER,
                preset=preset[:60],
                presets=", ".join(name for name in self.presets if name != CUSTOM),
            )
        return self.presets[preset].spec

    def put(self, spec: S, name: str, value: Any) -> S:
        """``spec`` with ``value``, or what a text in a link means, for the setting ``name``.

        With other blocks come other depths: those that do not exist are replaced
        by the nearest that do.

        Raises:
            InvalidSetting: ``spec`` cannot have that value.
        """
        setting = self.settings[name]
        if isinstance(value, str):
            value = _read(name, value, spec)
        changes: dict[str, Any] = {"run": spec.run}
        if setting.is_own:
            changes[setting.field] = value
        else:
            change = {setting.field: value}
            if name == "block" and value in choices(Block):
                change["depth"] = nearest_depth(value, spec.run.network.depth)
            part = getattr(spec.run, setting.part).but(**change)
            changes["run"] = spec.run.but(**{setting.part: part})
        if isinstance(spec, SweepSpec) and name in ("block", "families"):
            families = changes.get("families", spec.families)
            changes["depths"] = nearest_common_depths(spec.depths, families, changes["run"].network)
        return spec.but(**changes)

    def with_all(self, preset: str, values: Mapping[str, Any]) -> S:
        """``preset`` with all ``values`` at once, by the names of settings; raises `InvalidSetting`."""
        start = self.start(preset)
        dump = start.model_dump()
        for name, value in values.items():
            setting = self.settings[name]
            (dump if setting.is_own else dump["run"][setting.part])[setting.field] = value
        if "depth" not in self.settings:
            # Cells have depths of their own; the recipe's only has to be one that its block has.
            network = dump["run"]["network"]
            network["depth"] = nearest_depth(network["block"], network["depth"])
        return type(start).checked(**dump)

    def changed(self, preset: str, spec: S) -> list[Setting]:
        """The settings in which ``spec`` is no longer what ``preset`` stands for."""
        if preset == CUSTOM:
            return []
        start = self.start(preset)
        return [s for s in self.settings.values() if not s.is_free and s.of(spec) != s.of(start)]

    def from_link(self, link: Mapping[str, str]) -> tuple[str, S, list[str]]:
        """Preset and spec that ``link`` asks for, and a sentence for each value that could not be had."""
        notices = []
        preset = link.get(PRESET_PARAMETER, self.default)
        if preset not in self.presets:
            notices.append(
                _(
                    "The link asks for preset={value}, which is not available. Using {fallback} instead."
                ).format(value=_shown(preset), fallback=self.default)
            )
            preset = self.default
        spec = self.start(preset)
        for name, setting in self.settings.items():
            if name not in link:
                continue
            try:
                spec = self.put(spec, name, link[name])
            except InvalidSetting as refusal:
                notices.append(
                    _("{reason} The link asks for {name}={value}; using {fallback} instead.").format(
                        name=name,
                        value=_shown(link[name]),
                        fallback=_written(setting.of(spec)),
                        reason=refusal,
                    )
                )
        return preset, spec, notices

    def to_link(self, preset: str, spec: S) -> dict[str, str]:
        """The shortest link that `from_link` reads back as ``preset`` and ``spec``."""
        start = self.start(preset)
        link = {
            name: _written(setting.of(spec))
            for name, setting in self.settings.items()
            if setting.of(spec) != setting.of(start)
        }
        # A block, of the runs or of a family, brings depths of its own.
        if {"block", "families"} & link.keys():
            name = "depth" if "depth" in self.settings else "depths"
            link[name] = _written(self.settings[name].of(spec))
        return link if preset == self.default else {PRESET_PARAMETER: preset} | link


def nearest_depth(block: Block, depth: int) -> int:
    """``depth``, or the nearest that ``block`` has."""
    return min(legal_depths(block), key=lambda legal: abs(legal - depth))


def common_depths(families: Iterable[str], base: NetworkSpec) -> list[int]:
    """Depths that all ``families`` have, built on ``base``; raises `InvalidSetting`."""
    blocks = {family(name).block or base.block for name in families} or {base.block}
    first, *others = [legal_depths(block) for block in blocks]
    return sorted(set(first).intersection(*others))


def nearest_common_depths(
    depths: Sequence[int], families: Iterable[str], base: NetworkSpec
) -> tuple[int, ...]:
    """Each of ``depths``, or the nearest that all ``families`` have; raises `InvalidSetting`."""
    legal = common_depths(families, base)
    return tuple(sorted({min(legal, key=lambda known: abs(known - depth)) for depth in depths}))


def _read(name: str, text: str, spec: RaceSpec | SweepSpec) -> Any:
    if name == "families":
        # Unless it is escaped, a plus in a link means a space.
        return tuple(word.strip().replace(" ", "+") for word in text.split(",") if word.strip())
    if name == "depths" and isinstance(spec, SweepSpec):
        return _depths(text, common_depths(spec.families, spec.run.network))
    return None if text == _NOTHING else text


def _depths(text: str, legal: Sequence[int]) -> tuple[int, ...]:
    """``8,20,32`` or, for all that exist between two, ``8-44``; raises `InvalidSetting`."""
    found: set[int] = set()
    words = [word.strip() for word in text.split(",") if word.strip()]
    for word in words or [text]:
        first, dash, last = word.partition("-")
        ends = (first, last) if dash else (first,)
        if not all(end.isascii() and end.isdecimal() and len(end) < 6 for end in ends):
            raise InvalidSetting(
                "depths",
                N_("Depths must be whole numbers separated by commas, such as 8,20,32, not {text}."),
                field="depths",
                text=text[:60],
            )
        low, high = int(ends[0]), int(ends[-1])
        found |= {depth for depth in legal if low <= depth <= high} if dash else {low}
    return tuple(sorted(found))


def _written(value: Any) -> str:
    if value is None:
        return _NOTHING
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return str(value).removesuffix(".0")


def _shown(text: str) -> str:
    return text[:40]


RACE: Final = Experiment(
    {preset.name: Start(preset.title, preset.promise, preset.race) for preset in PRESETS.values()}
    | {
        CUSTOM: Start(
            N_("Custom"),
            N_(
                "Change anything under “All settings”; the two networks still differ only in the skip "
                "connection."
            ),
            next(iter(PRESETS.values())).race,
        )
    },
    RACE_SETTINGS,
)
SWEEP: Final = Experiment(
    {preset.name: Start(preset.title, preset.promise, preset.sweep) for preset in SWEEP_PRESETS.values()},
    SWEEP_SETTINGS,
)
