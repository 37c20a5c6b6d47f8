"""The settings of a sweep and how they stand in the link: one typed table read both ways.

As on the Race page, a link names the preset and what differs from it; what it
asks for goes through the specs, and an illegal value falls back and is reported.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from resnet_viz.errors import InvalidSetting
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.specs import MAX_DEPTH, Block, NetworkSpec, choices, legal_depths
from resnet_viz.sweeps import SWEEP_PRESETS, SweepSpec, family

DEFAULT_PRESET: Final = next(iter(SWEEP_PRESETS))
PRESET_PARAMETER: Final = "preset"
SWEEP_PARAMETER: Final = "sweep"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its name in the link and where it stands in a `SweepSpec`."""

    name: str
    part: str
    field: str

    def of(self, sweep: SweepSpec) -> Any:
        """The value in ``sweep``."""
        return getattr(sweep if self.part == "sweep" else getattr(sweep.run, self.part), self.field)


# In an order in which each setting can be taken over before the ones that depend on it.
SETTINGS: Final = {
    setting.name: setting
    for setting in (
        Setting("block", "network", "block"),
        Setting("families", "sweep", "families"),
        Setting("depths", "sweep", "depths"),
        Setting("seeds", "sweep", "seeds"),
        Setting("width", "network", "width"),
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
    )
}

# Changing these leaves a preset what it is.
FREE: Final = frozenset({"families", "depths", "seeds", "seed", "device"})
_NOTHING: Final = "all"
_BLOCKS: Final = choices(Block)


def preset_sweep(preset: str) -> SweepSpec:
    """What ``preset`` asks for."""
    return SWEEP_PRESETS[preset].sweep


def from_link(link: Mapping[str, str]) -> tuple[str, SweepSpec, list[str]]:
    """Preset and sweep that ``link`` asks for, and a sentence for each value that could not be had."""
    notices = []
    preset = link.get(PRESET_PARAMETER, DEFAULT_PRESET)
    if preset not in SWEEP_PRESETS:
        notices.append(
            _("The link asks for preset={value}, which there is not; {fallback} is used.").format(
                value=_shown(preset), fallback=DEFAULT_PRESET
            )
        )
        preset = DEFAULT_PRESET
    sweep = preset_sweep(preset)
    for setting in SETTINGS.values():
        if setting.name not in link:
            continue
        text = link[setting.name]
        try:
            sweep = put(sweep, setting.name, _read(setting.name, text, sweep))
        except InvalidSetting as refusal:
            notices.append(
                _("The link asks for {name}={value}; {fallback} is used. {reason}").format(
                    name=setting.name,
                    value=_shown(text),
                    fallback=_written(setting.of(sweep)),
                    reason=refusal,
                )
            )
    return preset, sweep, notices


def to_link(preset: str, sweep: SweepSpec) -> dict[str, str]:
    """The shortest link that `from_link` reads back as ``preset`` and ``sweep``."""
    link = {} if preset == DEFAULT_PRESET else {PRESET_PARAMETER: preset}
    start = preset_sweep(preset)
    for setting in SETTINGS.values():
        value = setting.of(sweep)
        # A block, of the recipe or of a family, brings depths of its own.
        if value != setting.of(start) or (setting.name == "depths" and {"block", "families"} & link.keys()):
            link[setting.name] = _written(value)
    return link


def put(sweep: SweepSpec, name: str, value: Any) -> SweepSpec:
    """``sweep`` with ``value`` for the setting ``name``; raises `InvalidSetting`.

    With other blocks come other depths: those that do not exist are replaced by the nearest that do.
    """
    setting = SETTINGS[name]
    run, depths = sweep.run, sweep.depths
    if setting.part != "sweep":
        change = _network_safe(run.network, setting, value)
        run = run.but(**{setting.part: getattr(run, setting.part).but(**change)})
    families = value if name == "families" else sweep.families
    if name in ("block", "families"):
        depths = legalised(depths, families, run.network)
    changes = {setting.field: value} if setting.part == "sweep" else {}
    return sweep.but(**{"run": run, "depths": depths} | changes)


def depths_of(families: Sequence[str], base: NetworkSpec, up_to: int = MAX_DEPTH) -> list[int]:
    """Depths that all ``families`` have; raises `InvalidSetting`."""
    blocks = {family(name).block or base.block for name in families} or {base.block}
    first, *others = [legal_depths(block, up_to) for block in blocks]
    return sorted(set(first).intersection(*others))


def legalised(depths: Sequence[int], families: Sequence[str], base: NetworkSpec) -> tuple[int, ...]:
    """Each of ``depths``, or the nearest that all ``families`` have; raises `InvalidSetting`."""
    legal = depths_of(families, base)
    return tuple(sorted({min(legal, key=lambda known: abs(known - depth)) for depth in depths}))


def changed_settings(preset: str, sweep: SweepSpec) -> list[str]:
    """Names of the settings in which ``sweep`` is no longer what ``preset`` stands for."""
    start = preset_sweep(preset)
    return [s.name for s in SETTINGS.values() if s.name not in FREE and s.of(sweep) != s.of(start)]


def preset_of(sweep: SweepSpec) -> str:
    """The preset that ``sweep`` is nearest to."""
    return min(SWEEP_PRESETS, key=lambda name: len(changed_settings(name, sweep)))


def _network_safe(network: NetworkSpec, setting: Setting, value: Any) -> dict[str, Any]:
    """The change, and with a block a depth that it has: the recipe's own depth counts for nothing."""
    change = {setting.field: value}
    if setting.name == "block" and value in _BLOCKS:
        legal = legal_depths(value)
        change["depth"] = network.depth if network.depth in legal else legal[0]
    return change


def _read(name: str, text: str, sweep: SweepSpec) -> Any:
    if name == "families":
        # Unless it is escaped, a plus in a link means a space.
        return tuple(word.strip().replace(" ", "+") for word in text.split(",") if word.strip())
    if name == "depths":
        return _depths(text, depths_of(sweep.families, sweep.run.network))
    return None if text == _NOTHING else text


def _depths(text: str, legal: Sequence[int]) -> tuple[int, ...]:
    """``8,20,32`` or, for all that exist between two, ``8-44``; raises `InvalidSetting`."""
    found: set[int] = set()
    for word in filter(None, map(str.strip, text.split(","))):
        first, dash, last = word.partition("-")
        ends = (first, last) if dash else (first,)
        if not all(end.isascii() and end.isdecimal() and len(end) < 6 for end in ends):
            raise InvalidSetting(
                "depths",
                N_("Depths are whole numbers with commas between, such as 8,20,32, not {text}."),
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
    return f"{value:g}" if isinstance(value, float) else str(value)


def _shown(text: str) -> str:
    return text[:40]
