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
    return os.environ.get("RESNET_VIZ_DATABASE") or f"sqlite:///{home / 'history.sqlite'}"
