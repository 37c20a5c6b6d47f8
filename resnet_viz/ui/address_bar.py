"""What a link says before any page reads it: names as they were meant, and names that nobody knows."""

import re
from collections.abc import Collection, Iterable
from typing import Final

import streamlit as st

from resnet_viz.images.names import display_name, inert
from resnet_viz.locale import gettext as _
from resnet_viz.ui.addresses import NO_PAGE
from resnet_viz.wording import visible

LANGUAGE: Final = "lang"
"""The parameter that every page has."""

_ESCAPED: Final = re.compile(r"^(amp;)+")
_OTHERS: Final = re.compile(r"utm_\w+|(fb|g|d|ms|tt|tw|y)clid|[gw]braid|gclsrc|igshid|mc_[ce]id|_g[al]")
"""What mailing lists, search engines and social networks add to every link."""
_MOST_NAMED: Final = 5


def mend() -> None:
    """Give parameters their names back in a link copied from a page's source, where ``&`` is ``&amp;``."""
    for name, value in st.query_params.to_dict().items():
        meant = _ESCAPED.sub("", name)
        if meant != name:
            del st.query_params[name]
            if meant and meant not in st.query_params:
                st.query_params[meant] = value


def unknown(known: Collection[str]) -> list[str]:
    """A sentence for each parameter of the link that is none of ``known``, for the first of them."""
    names = [
        name
        for name in st.query_params
        if name not in known and name != LANGUAGE and not _OTHERS.fullmatch(name)
    ]
    text = _("The link sets {name}, which is no setting of this page; it is ignored.")
    return [text.format(name=display_name(name)) for name in names[:_MOST_NAMED]]


def no_page() -> list[str]:
    """A sentence about the address that led here because there is no page; it is said once."""
    asked = st.query_params.get(NO_PAGE)
    if asked is None:
        return []
    del st.query_params[NO_PAGE]
    text = _("There is no page at the address {name}. This is the first page; the menu above leads to all.")
    return [text.format(name=visible(asked))]


def tell(notices: Iterable[str]) -> None:
    """Show what in the link could not be had; what it says is never formatting."""
    for notice in notices:
        st.warning(inert(notice), icon=":material/link_off:")
