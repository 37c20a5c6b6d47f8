"""What people write on a run: name, notes, tags, pin. Checked here, whoever asks."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from resnet_viz.errors import InvalidSetting
from resnet_viz.locale import N_

LONGEST = {"name": 100, "notes": 5_000, "tag": 40}
MOST_TAGS = 20


@dataclass(frozen=True, slots=True)
class Labels:
    """Changes to what is written on a run; what is None stays as it is."""

    name: str | None = None
    notes: str | None = None
    tags: Sequence[str] | None = None
    pinned: bool | None = None

    def columns(self, now: float) -> dict[str, Any]:
        """The columns to change; raises `InvalidSetting` where a text is too long or not text."""
        changes: dict[str, Any] = {}
        if self.name is not None:
            changes["name"] = checked_name(self.name)
        if self.notes is not None:
            changes["notes"] = checked_text("notes", self.notes.strip())
        if self.tags is not None:
            changes["tags"] = orjson.dumps(checked_tags(self.tags)).decode()
        if self.pinned is not None:
            changes["pinned_at"] = now if self.pinned else None
        return changes


def checked_name(name: str) -> str:
    """``name`` of a run or group, on one line; raises `InvalidSetting` where it is too long or not text."""
    return checked_text("name", " ".join(name.split()))


def checked_text(field: str, text: str) -> str:
    """``text`` composed (NFC), so that what looks the same is the same.

    Raises `InvalidSetting` where it is too long for ``field`` (see `LONGEST`) or not printable.
    """
    text = unicodedata.normalize("NFC", text)
    if len(text) > LONGEST[field]:
        raise InvalidSetting(
            "text_too_long",
            N_("{field} must be at most {most} characters long, not {length}."),
            field=field,
            most=LONGEST[field],
            length=len(text),
        )
    if any(unicodedata.category(letter) in ("Cc", "Cs") and letter not in "\n\t" for letter in text):
        raise InvalidSetting(
            "text_not_printable", N_("{field} has characters that are not text; remove them."), field=field
        )
    return text


def checked_tags(tags: Sequence[str]) -> list[str]:
    """The tags, each once (in any case), without empty ones; raises `InvalidSetting`."""
    found: dict[str, str] = {}
    for tag in tags:
        text = checked_text("tag", " ".join(tag.split()))
        if text:
            found.setdefault(text.lower(), text)
    if len(found) > MOST_TAGS:
        raise InvalidSetting(
            "too_many_tags",
            N_("A run can have at most {most} tags, not {count}."),
            field="tags",
            most=MOST_TAGS,
            count=len(found),
        )
    return list(found.values())
