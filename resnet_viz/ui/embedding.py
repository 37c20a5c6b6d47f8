"""Who may show the app in a frame of theirs, such as a course page: nobody whom a setting does not name."""

import os
import re
import sys
from typing import Final

from resnet_viz.errors import InvalidSetting
from resnet_viz.locale import N_

VARIABLE: Final = "RESNET_VIZ_EMBED_IN"
_ORIGIN: Final = re.compile(r"https?://(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:[0-9]{1,5})?", re.IGNORECASE)


def embedders() -> tuple[str, ...]:
    """The sites whose pages may embed the app, as ``RESNET_VIZ_EMBED_IN`` lists them with spaces between.

    Raises:
        InvalidSetting: one of them is no site.
    """
    sites = tuple(site.rstrip("/") for site in os.environ.get(VARIABLE, "").split())
    for site in sites:
        if not _ORIGIN.fullmatch(site):
            raise InvalidSetting(
                "not_a_site",
                N_("{variable} names {site}, which is not a site such as https://moodle.example.org."),
                variable=VARIABLE,
                site=site[:60],
            )
    return sites


def embedders_at_start() -> tuple[str, ...]:
    """`embedders`; a list that will not do ends the program."""
    try:
        return embedders()
    except InvalidSetting as error:
        sys.exit(str(error))
