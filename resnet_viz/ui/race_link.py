"""The settings of a race and how they stand in the link: one typed table read both ways.

A link names the preset and what differs from it, so it stays short and says
the same in every language. What a link asks for goes through the specs like
everything else; an illegal value falls back to the preset's and is reported.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from resnet_viz.errors import InvalidSetting
from resnet_viz.locale import gettext as _
from resnet_viz.presets import PRESETS
from resnet_viz.specs import Block, RaceSpec, choices, legal_depths, nearest_depths

CUSTOM: Final = "custom"
DEFAULT_PRESET: Final = next(iter(PRESETS))
PRESET_NAMES: Final = (*PRESETS, CUSTOM)
PRESET_PARAMETER: Final = "preset"
RACE_PARAMETER: Final = "race"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its name in the link and where it stands in a `RaceSpec`."""

    name: str
    part: str
    field: str

    def of(self, race: RaceSpec) -> Any:
        """The value in ``race``."""
        return getattr(self._part_of(race), self.field)

    def put(self, race: RaceSpec, value: Any) -> RaceSpec:
        """``race`` with ``value``; raises `InvalidSetting`."""
        changed = self._part_of(race).but(**{self.field: value})
        return changed if self.part == "race" else race.but(run=race.run.but(**{self.part: changed}))

    def _part_of(self, race: RaceSpec) -> Any:
        return race if self.part == "race" else getattr(race.run, self.part)


# In an order in which each setting can be taken over before the ones that depend on it.
SETTINGS: Final = {
    setting.name: setting
    for setting in (
        Setting("block", "network", "block"),
        Setting("depth", "network", "depth"),
        Setting("width", "network", "width"),
        Setting("shortcut", "network", "shortcut"),
        Setting("norm", "network", "norm"),
        Setting("init", "network", "init"),
        Setting("data", "data", "dataset"),
        Setting("images", "data", "train_size"),
        Setting("resolution", "data", "resolution_px"),
        Setting("augmentation", "data", "augmentation"),
        Setting("steps", "train", "steps"),
        Setting("batch", "train", "batch_size"),
        Setting("optimizer", "train", "optimizer"),
        Setting("lr", "train", "learning_rate"),
        Setting("momentum", "train", "momentum"),
        Setting("decay", "train", "weight_decay"),
        Setting("schedule", "train", "schedule"),
        Setting("warmup", "train", "warmup_steps"),
        Setting("precision", "train", "precision"),
        Setting("device", "train", "device"),
        Setting("evaluate", "train", "evaluate_every"),
        Setting("probe", "train", "probe_every"),
        Setting("seed", "train", "seed"),
        Setting("seeds", "race", "seeds"),
    )
}

# Changing these leaves a preset what it is.
FREE: Final = frozenset({"depth", "seed", "seeds", "device"})
_NOTHING: Final = "all"


def preset_race(preset: str) -> RaceSpec:
    """What ``preset`` asks for; custom settings start from the first preset."""
    return PRESETS[DEFAULT_PRESET if preset == CUSTOM else preset].race


def from_link(link: Mapping[str, str]) -> tuple[str, RaceSpec, list[str]]:
    """Preset and race that ``link`` asks for, and a sentence for each value that could not be had."""
    notices = []
    preset = link.get(PRESET_PARAMETER, DEFAULT_PRESET)
    if preset not in PRESET_NAMES:
        notices.append(
            _("The link asks for preset={value}, which there is not; {fallback} is used.").format(
                value=_shown(preset), fallback=DEFAULT_PRESET
            )
        )
        preset = DEFAULT_PRESET
    race = preset_race(preset)
    for setting in SETTINGS.values():
        if setting.name not in link:
            continue
        text = link[setting.name]
        try:
            race = _put(race, setting, None if text == _NOTHING else text)
        except InvalidSetting as refusal:
            notices.append(
                _("The link asks for {name}={value}; {fallback} is used. {reason}").format(
                    name=setting.name,
                    value=_shown(text),
                    fallback=_written(setting.of(race)),
                    reason=refusal,
                )
            )
    return preset, race, notices


def to_link(preset: str, race: RaceSpec) -> dict[str, str]:
    """The shortest link that `from_link` reads back as ``preset`` and ``race``."""
    link = {} if preset == DEFAULT_PRESET else {PRESET_PARAMETER: preset}
    start = preset_race(preset)
    for setting in SETTINGS.values():
        value = setting.of(race)
        # A block brings a depth of its own where it does not have the preset's.
        if value != setting.of(start) or (setting.name == "depth" and "block" in link):
            link[setting.name] = _written(value)
    return link


def changed_settings(preset: str, race: RaceSpec) -> list[str]:
    """Names of the settings in which ``race`` is no longer what ``preset`` stands for."""
    if preset == CUSTOM:
        return []
    start = preset_race(preset)
    return [s.name for s in SETTINGS.values() if s.name not in FREE and s.of(race) != s.of(start)]


def _put(race: RaceSpec, setting: Setting, value: Any) -> RaceSpec:
    depth = race.run.network.depth
    if setting.name == "block" and value in choices(Block):
        legal = legal_depths(value)
        network = race.run.network
        if depth not in legal:
            depth = nearest_depths(value, depth)[-1]
        return race.but(run=race.run.but(network=network.but(block=value, depth=depth)))
    return setting.put(race, value)


def _written(value: Any) -> str:
    if value is None:
        return _NOTHING
    return f"{value:g}" if isinstance(value, float) else str(value)


def _shown(text: str) -> str:
    return text[:40]
