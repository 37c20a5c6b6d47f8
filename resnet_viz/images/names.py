"""Names of uploaded files: shown, never used as paths."""

import re
import unicodedata

from resnet_viz.wording import visible

LONGEST = 60
_MARKUP = re.compile(r"[!-/:-@\[-`{-~]")
_LINKS = re.compile(r"(?i)www(?=\.)|@")
_SPACES = re.compile(r"[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")


def display_name(name: str) -> str:
    """``name`` as plain text on one line: its last part, made visible and shortened in the middle.

    Control characters and those that turn the direction of writing are shown
    as ``\\x00`` or ``\\u202e``. Not escaped for markup: see `markup_name`.
    """
    # Beyond any length that is shown; normalising is not linear in odd cases.
    last = re.split(r"[/\\]", name[-4096:].rstrip("/\\"))[-1]
    shown = _SPACES.sub(" ", visible(unicodedata.normalize("NFC", last))).strip()
    if len(shown) > LONGEST:
        tail = LONGEST // 3
        shown = f"{shown[: LONGEST - tail - 1]}…{shown[-tail:]}"
    return shown or "?"


def markup_name(name: str) -> str:
    """`display_name`, `inert`."""
    return inert(display_name(name))


def inert(text: str) -> str:
    """``text`` for HTML and Markdown: punctuation as character references, no automatic links."""
    unlinked = _LINKS.sub(lambda found: found[0] + "\u2060", text)
    return _MARKUP.sub(lambda found: f"&#{ord(found[0])};", unlinked)


def suffix(name: str) -> str:
    """The ending of ``name`` in lower case, without its dot; empty where it has none that is a word."""
    found = re.search(r"\.([A-Za-z0-9]{1,8})\s*$", name[-64:])
    return found[1].lower() if found else ""
