"""The kinds of experiment: everything that only one of them has stands here.

Each kind has presets to start from and settings that change them. A link names
a preset and what differs from it, so it stays short and says the same in every
language. What a link or a command line asks for goes through the specs like
everything else; an illegal value in a link falls back to what was there before,
and is reported.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, TypeVar

from resnet_viz.errors import InvalidSetting
from resnet_viz.experiments import presets
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.experiments.links import read, written
from resnet_viz.experiments.presets import CUSTOM, Preset
from resnet_viz.experiments.settings import RACE_SETTINGS, SWEEP_SETTINGS, Setting
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.networks.families import nearest_depth, nearest_possible_depths
from resnet_viz.specs import Block, NetworkSpec, RunSpec, choices

PRESET_PARAMETER: Final = "preset"
T = TypeVar("T")
_MOST_SHOWN: Final = 40
"""Characters of what a link asks for, where it is refused."""
_MOST_TYPES: Final = 5
"""More lines in one chart are hard to tell apart; what was started with more is shown all the same."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of experiment; texts are gettext keys.

    Attributes:
        name: of its groups in the history, and of the parameter that names one in a link.
        page: where it is shown, and what its commands' session keys begin with.
        reuses: whether a cell that was trained before, by whatever experiment, is taken from there,
            the owner's experiment of the same spec taken up again, and a cell that broke off retried.
    """

    name: str
    title: str
    page: str
    presets: Mapping[str, Preset]
    settings: Mapping[str, Setting]
    reuses: bool

    @property
    def default(self) -> str:
        """The preset that is meant where none is named."""
        return next(iter(self.presets))

    def start(self, preset: str) -> Experiment:
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

    def put(self, spec: Experiment, name: str, value: Any) -> Experiment:
        """``spec`` with ``value``, or what a text in a link means, for the setting ``name``.

        With other blocks or families come other depths: those that do not exist are
        replaced by the nearest that do.

        Raises:
            InvalidSetting: ``spec`` cannot have that value.
        """
        setting = self.settings[name]
        if isinstance(value, str):
            value = read(name, value, spec)
        changes: dict[str, Any] = {"run": spec.run}
        if setting.is_one:
            changes[setting.field] = (NetworkSpec.value_of("depth", value),)
        elif setting.is_own:
            changes[setting.field] = value
        else:
            change = {setting.field: value}
            if name == "block" and value in choices(Block):
                changed = spec.run.network.model_copy(update=change)
                change["depth"] = nearest_depth(changed, spec.run.network.depth)
            part = getattr(spec.run, setting.part).but(**change)
            changes["run"] = spec.run.but(**{setting.part: part})
        if name in ("block", "families"):
            families = changes.get("families", spec.families)
            changes["depths"] = nearest_possible_depths(spec.depths, families, changes["run"].network)
        if not self.has_depths:
            changes["run"] = _at_depth(changes["run"], changes.get("depths", spec.depths)[0])
        return self._checked(spec.but(**changes))

    def with_all(self, preset: str, values: Mapping[str, Any]) -> Experiment:
        """``preset`` with all ``values`` at once, by the names of settings; raises `InvalidSetting`."""
        dump = self.start(preset).model_dump()
        for name, value in values.items():
            setting = self.settings[name]
            place = dump if setting.is_own else dump["run"][setting.part]
            place[setting.field] = (value,) if setting.is_one else value
        # Cells have depths of their own; the recipe's only has to be one that its block has.
        network = dump["run"]["network"]
        depth = network["depth"] if self.has_depths else dump["depths"][0]
        network["depth"] = nearest_depth(NetworkSpec.model_construct(**network), depth)
        return self._checked(Experiment.checked(**dump))

    def in_turn(self, preset: str, values: Mapping[str, T]) -> tuple[Experiment, dict[str, T | str]]:
        """Where to begin so that ``values`` can be put one after the other, and all that is to be put.

        Whether widths can be chosen so that all networks cost the same is asked when all else is known.
        """
        spec = self.start(preset)
        found: dict[str, T | str] = {name: values[name] for name in self.settings if name in values}
        if spec.equal_cost and found:
            found["equal_cost"] = found.pop("equal_cost", written(spec.equal_cost))
            spec = spec.but(equal_cost=False)
        return spec, found

    def changed(self, preset: str, spec: Experiment) -> list[Setting]:
        """The settings in which ``spec`` is no longer what ``preset`` stands for."""
        if preset == CUSTOM:
            return []
        start = self.start(preset)
        return [s for s in self.settings.values() if not s.is_free and s.of(spec) != s.of(start)]

    def from_link(self, link: Mapping[str, str]) -> tuple[str, Experiment, list[str]]:
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
        spec, asked = self.in_turn(preset, link)
        for name, value in asked.items():
            setting = self.settings[name]
            try:
                spec = self.put(spec, name, value)
            except InvalidSetting as refusal:
                notices.append(
                    _("{reason} The link asks for {name}={value}; using {fallback} instead.").format(
                        name=name,
                        value=_shown(value),
                        fallback=written(setting.of(spec)),
                        reason=refusal,
                    )
                )
        return preset, spec, notices

    def to_link(self, preset: str, spec: Experiment) -> dict[str, str]:
        """The shortest link that `from_link` reads back as ``preset`` and ``spec``."""
        start = self.start(preset)
        link = {
            name: written(setting.of(spec))
            for name, setting in self.settings.items()
            if setting.of(spec) != setting.of(start)
        }
        # A block, of the runs or of a family, brings depths of its own.
        if {"block", "families"} & link.keys():
            name = "depths" if self.has_depths else "depth"
            link[name] = written(self.settings[name].of(spec))
        return link if preset == self.default else {PRESET_PARAMETER: preset} | link

    def preset_of(self, spec: Experiment) -> str:
        """The preset that ``spec`` came from, as far as its settings tell; else custom, or the nearest."""
        same = [name for name in self.presets if name != CUSTOM and not self.changed(name, spec)]
        if not same:
            nearest = min(self.presets, key=lambda name: len(self.changed(name, spec)))
            return CUSTOM if CUSTOM in self.presets else nearest
        # Presets that differ in nothing but a setting that is free: depth.
        deepest = spec.depths[-1]
        starts = {name: self.presets[name].spec.depths[-1] for name in same}
        deep_enough = [name for name in same if starts[name] >= deepest]
        return min(deep_enough, key=starts.__getitem__) if deep_enough else max(same, key=starts.__getitem__)

    def title_of(self, spec: Experiment) -> str:
        """What is trained, in a few words of the reader's language."""
        preset = self.preset_of(spec)
        title = _("Custom") if self.changed(preset, spec) else _(self.presets[preset].title)
        first, last = spec.depths[0], spec.depths[-1]
        if first == last:
            return _("{title} · depth {depth}").format(title=title, depth=first)
        return _("{title} · depths {first} to {last}").format(title=title, first=first, last=last)

    @property
    def has_depths(self) -> bool:
        """Whether it asks for several depths; else the recipe's is the one."""
        return "depths" in self.settings

    def _checked(self, spec: Experiment) -> Experiment:
        if len(spec.families) > _MOST_TYPES:
            raise InvalidSetting(
                "too_many_families",
                N_(
                    "These are {count} network types; at most {most} can be compared at once. Leave some out."
                ),
                field="families",
                count=len(spec.families),
                most=_MOST_TYPES,
            )
        if "shortcut" in self.settings and spec.run.network.role == "plain":
            raise InvalidSetting(
                "race_needs_shortcut",
                N_(
                    "A race compares networks with and without skip connections; choose the shortcut "
                    "type identity, projection or all-projection."
                ),
                field="shortcut",
            )
        return spec


def _at_depth(run: RunSpec, depth: int) -> RunSpec:
    """``run`` with the depth nearest to ``depth`` that its block has; its cells have depths of their own."""
    network = run.network
    return run.but(network=network.but(depth=nearest_depth(network, depth)))


def _by_name(named: tuple[Preset, ...]) -> Mapping[str, Preset]:
    return MappingProxyType({preset.name: preset for preset in named})


def _shown(text: str) -> str:
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"


RACE: Final = Kind("race", N_("Race"), "race", _by_name(presets.RACES), RACE_SETTINGS, reuses=False)
SWEEP: Final = Kind("sweep", N_("Sweep"), "depth", _by_name(presets.SWEEPS), SWEEP_SETTINGS, reuses=True)
KINDS: Final[Mapping[str, Kind]] = MappingProxyType({kind.name: kind for kind in (RACE, SWEEP)})
"""By the name that groups of the history have; there are groups of no kind: single runs and imported ones."""
