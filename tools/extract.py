"""Brings the catalogues up to date with the messages in the source: `make locale`.

New messages are added without a translation, gone ones are dropped; translations
that exist stay. A changed English text is a new message.
"""

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
LOCALES = {"zh_CN": "Simplified Chinese"}
SOURCES = ("pages", "resnet_viz")
HEADER = """\
# {language} for ResNet Viz. Brought up to date by `make locale`.
#
msgid ""
msgstr ""
"Project-Id-Version: ResNet Viz\\n"
"Language: {locale}\\n"
"Plural-Forms: {plural}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}


def catalogue_path(locale: str) -> Path:
    """Where the translations for ``locale`` (e.g. ``zh_CN``) are kept."""
    return ROOT / "resnet_viz" / "locale" / locale / "LC_MESSAGES" / "resnet_viz.po"


def extracted() -> Catalog:
    """Every message in the source, untranslated, with the files it stands in."""
    catalogue = Catalog(project="ResNet Viz", charset="utf-8")
    for folder in SOURCES:
        found = extract_from_dir(ROOT / folder, [("**.py", "python")], keywords=KEYWORDS)
        for name, _line, message, _comments, context in found:
            catalogue.add(message, locations=[(f"{folder}/{name}", 0)], context=context)
    return catalogue


def read_catalogue(locale: str) -> Catalog:
    """The translations as they are on disk."""
    path = catalogue_path(locale)
    if not path.exists():
        return Catalog(locale=locale, project="ResNet Viz", charset="utf-8", fuzzy=False)
    with path.open("rb") as source:
        return read_po(source, locale=locale)


def update(locale: str) -> int:
    """Rewrite the catalogue of ``locale``; returns how many messages lack a translation."""
    catalogue = read_catalogue(locale)
    catalogue.update(extracted(), no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    path = catalogue_path(locale)
    path.parent.mkdir(parents=True, exist_ok=True)
    header = HEADER.format(language=LOCALES[locale], locale=locale, plural=catalogue.plural_forms)
    with path.open("wb") as target:
        target.write(header.encode())
        write_po(target, catalogue, width=100, omit_header=True, sort_by_file=True, include_lineno=False)
    return sum(not all(forms(message.string)) for message in catalogue if message.id)


def forms(text: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    """The singular and plural forms of a message; one empty form where there is none."""
    return (text or "",) if isinstance(text, str | None) else tuple(text)


if __name__ == "__main__":
    for locale in LOCALES:
        print(f"{catalogue_path(locale).relative_to(ROOT)}: {update(locale)} without a translation")
