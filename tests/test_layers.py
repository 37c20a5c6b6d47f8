"""The layer rules of the architecture, by import-linter and for the pages by their source."""

import ast
import subprocess
import sys
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


@pytest.mark.parametrize("module", ["resnet_viz.store", "resnet_viz.figures", "resnet_viz.ui", "resnet_viz.jobs"])
def test_importing_what_the_pages_need_never_imports_torch(module: str) -> None:
    program = f"import sys, {module}; print('torch' in sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert result.stdout == "False\n"


def _imports(path: Path) -> list[str]:
    names = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.append(node.module)
    return names
