"""Where everything is kept: the home folder and the database in it."""

import os
from pathlib import Path

import platformdirs


def home_folder() -> Path:
    """The folder named by ``RESNET_VIZ_HOME``, else the user's data folder for this app."""
    named = os.environ.get("RESNET_VIZ_HOME")
    if named:
        return Path(named).expanduser().absolute()
    return Path(platformdirs.user_data_dir("resnet-viz", appauthor=False))


def database_url(home: Path) -> str:
    """The database named by ``RESNET_VIZ_DATABASE``, else ``history.sqlite`` under ``home``."""
    return os.environ.get("RESNET_VIZ_DATABASE") or _sqlite_url(home / "history.sqlite")


def _sqlite_url(file: Path) -> str:
    # Only the two signs that an address gives a meaning: SQLAlchemy's own quoting takes
    # no name that is not UTF-8.
    return "sqlite:///" + str(file).replace("%", "%25").replace("?", "%3F")
