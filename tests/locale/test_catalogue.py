"""The Chinese catalogue is complete and fits the source, word for word and field for field."""

from string import Formatter

import pytest
from babel.messages.catalog import Message

from resnet_viz.locale import gettext, ngettext, set_language
from tools.extract import extracted, forms, messages, read_catalogue

MESSAGES = [message for message in extracted() if message.id]
CHINESE = read_catalogue("zh_CN")


def test_the_source_has_messages() -> None:
    assert len(MESSAGES) > 100


def test_messages_are_found_wherever_they_stand() -> None:
    source = """
title = _("a " "whole")
line = f"{_('inside an f-string')}: {ngettext('one', 'many', n)}"
nothing = _(variable), _(""), other("no message")
"""
    assert list(messages(source)) == ["a whole", "inside an f-string", ("one", "many")]


def test_no_message_is_left_over() -> None:
    assert {message.id for message in CHINESE if message.id} == {message.id for message in MESSAGES}
    assert not CHINESE.obsolete


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: str(message.id)[:60])
def test_every_message_is_translated(message: Message) -> None:
    translated = CHINESE.get(message.id, context=message.context)
    assert translated is not None, "run `make locale` and translate what is new"
    assert not translated.fuzzy
    assert all(form.strip() for form in forms(translated.string))


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: str(message.id)[:60])
def test_translations_have_the_fields_of_their_message(message: Message) -> None:
    translated = CHINESE.get(message.id, context=message.context)
    assert translated is not None
    fields = _fields(forms(message.id)[-1])
    for form in forms(translated.string):
        assert _fields(form) == fields


def test_the_app_reads_the_catalogue() -> None:
    set_language("zh")
    assert gettext("Race") == "对照实验"
    assert gettext("not in any catalogue") == "not in any catalogue"
    assert ngettext("not here", "not there", 2) == "not there"


def _fields(text: str) -> set[str]:
    return {name for _literal, name, _format, _conversion in Formatter().parse(text) if name is not None}
