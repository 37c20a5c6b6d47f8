"""The layer rules of the architecture, by import-linter and for the pages by their source."""

import ast
import pkgutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = sorted([ROOT / "app.py", *(ROOT / "pages").glob("*.py")])


def test_imports_run_one_way() -> None:
    lint = Path(sys.executable).parent / "lint-imports"
    result = subprocess.run(
        [lint, "--no-logo", "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_leave_torch_and_sql_alone(page: Path) -> None:
    imported = {name.partition(".")[0] for name in _imports(page)}
    assert not imported & {"torch", "torchvision", "captum", "sqlalchemy"}


def test_what_the_pages_need_never_imports_torch() -> None:
    modules = [
        name
        for package in ("store", "figures", "images", "pictures", "exports", "jobs", "processes", "ui")
        for name in _modules(f"resnet_viz.{package}")
        if name != "resnet_viz.ui.main"  # draws
    ]
    program = f"import sys, {', '.join(modules)}; print('torch' in sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stdout) == (0, "False\n"), result.stderr


def _modules(package: str) -> list[str]:
    paths = import_module(package).__path__
    return [package, *(f"{package}.{module.name}" for module in pkgutil.iter_modules(paths))]


def _imports(path: Path) -> list[str]:
    names = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.append(node.module)
    return names
