"""A throw-away PostgreSQL server from Debian's binaries: own folder, own socket, no network."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


def binaries() -> Path | None:
    """The folder of the newest PostgreSQL server installed the way Debian does it."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


@contextmanager
def server(programs: Path) -> Iterator[str]:
    """Run a server; the address of its database."""
    # A socket's path has room for about a hundred letters: too few for pytest's folders.
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    account = _unprivileged()
    if account is not None:
        os.chown(folder, account.pw_uid, account.pw_gid)
    data = folder / "data"

    def run(*command: str | Path) -> None:
        finished = subprocess.run(
            command,
            cwd=folder,
            env={"LC_ALL": "C", "PATH": os.environ["PATH"]},
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert finished.returncode == 0, f"{command}: {finished.stdout}{finished.stderr}"

    try:
        run(
            programs / "initdb",
            "-D",
            data,
            "-U",
            "tester",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-locale",
            "--no-sync",
        )
        run(programs / "pg_ctl", "-D", data, "-l", folder / "log", "-w", "-o", _options(folder), "start")
        try:
            yield f"postgresql+psycopg://tester@/postgres?host={folder}"
        finally:
            run(programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder)


def _options(folder: Path) -> str:
    settings: Sequence[str] = ("listen_addresses=", f"unix_socket_directories={folder}", "fsync=off")
    return " ".join(f"-c {setting}" for setting in settings)


def _unprivileged() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    names = {account.pw_name for account in pwd.getpwall()}
    return pwd.getpwnam("postgres" if "postgres" in names else "nobody")
