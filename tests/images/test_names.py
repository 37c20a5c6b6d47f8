"""Names of uploaded files as they are shown."""

import html
import re

import pytest

from resnet_viz.images.names import LONGEST, display_name, markup_name, suffix


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("photo.png", "photo.png"),
        ("../../x", "x"),
        ("../../", ".."),
        ("/etc/passwd", "passwd"),
        ("C:\\x", "x"),
        ("C:x.png", "C:x.png"),
        ("a\0b.png", "a\\x00b.png"),
        ("a\nb.png", "a\\nb.png"),
        ("a\u2028b", "a\\u2028b"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("a\u2066b\ufeff", "a\\u2066b\\ufeff"),
        ("\ud800.png", "\\ud800.png"),
        ("фото 写真 صورة.png", "фото 写真 صورة.png"),
        ("👩\u200d🔬.png", "👩\u200d🔬.png"),
        ("a\u00a0b", "a b"),
        ("e\u0301.png", "é.png"),
        ("", "?"),
        ("   ", "?"),
        ("///", "?"),
    ],
)
def test_shown_on_one_line_with_nothing_hidden(name: str, shown: str) -> None:
    assert display_name(name) == shown


def test_long_names_keep_beginning_and_ending() -> None:
    shown = display_name("holiday" + "x" * 300 + ".jpeg")
    assert len(shown) == LONGEST
    assert shown.startswith("holiday")
    assert shown.endswith(".jpeg")
    assert len(display_name("\u202e" * 10**6)) == LONGEST


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>.png",
        "<img src=x onerror=alert(1)>",
        "**bold** _it_ `code` [a](b).png",
        "![x](http:evil.png)",
        ":red[x] :material:x: $x^2$ # h",
        "&lt;b&gt;",
        "~~a~~|b|",
    ],
)
def test_markup_is_inert_and_reads_as_it_was(name: str) -> None:
    marked = markup_name(name)
    left = re.sub(r"&#\d+;", "", marked)
    assert not re.search(r"[^\w\s…\u2060]", left)
    assert html.unescape(marked).replace("\u2060", "") == display_name(name)


def test_names_do_not_turn_into_links() -> None:
    for name in ("www.evil.com.png", "WWW.evil.com.png", "someone@evil.com.png"):
        assert not re.search(r"(?i)www\.|\w@\w", html.unescape(markup_name(name)))


@pytest.mark.parametrize(
    ("name", "ending"),
    [("a.PNG", "png"), ("a.tar.gz", "gz"), ("a", ""), ("a.", ""), ("a.<b>", ""), ("a.png ", "png"), ("", "")],
)
def test_suffix(name: str, ending: str) -> None:
    assert suffix(name) == ending
