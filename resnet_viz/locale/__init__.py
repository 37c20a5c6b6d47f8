"""Every visible string, in the reader's language.

English source text is the gettext key. Catalogues are read from the ``.po``
files themselves, so there is no compiled file that can fall behind. The
language is a context variable: one process serves readers of several.
"""

import gettext as _gettext
import io
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = {"en": "English", "zh": "简体中文"}

_CATALOGUES = {"zh": Path(__file__).parent / "zh_CN" / "LC_MESSAGES" / "resnet_viz.po"}
_language: ContextVar[str] = ContextVar("language", default="en")


def set_language(language: str) -> None:
    """Use ``language`` (a key of `LANGUAGES`) in the current context; unknown ones mean English."""
    _language.set(language if language in LANGUAGES else "en")


def current_language() -> str:
    """The key of `LANGUAGES` in force here."""
    return _language.get()


def gettext(message: str) -> str:
    """``message`` in the current language, or as it stands where no translation exists."""
    return _translations(_language.get()).gettext(message) if message else ""


def ngettext(singular: str, plural: str, number: int) -> str:
    """The form of a message that fits ``number``."""
    return _translations(_language.get()).ngettext(singular, plural, number)


def N_(message: str) -> str:  # noqa: N802 - the name gettext tools look for
    """Mark ``message`` for extraction and leave it as it is, to be translated when shown."""
    return message


@cache
def _translations(language: str) -> _gettext.NullTranslations:
    path = _CATALOGUES.get(language)
    if path is None:
        return _gettext.NullTranslations()
    with path.open("rb") as source:
        catalogue = read_po(source)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return _gettext.GNUTranslations(compiled)
