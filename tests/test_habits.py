"""Habits of this project, kept by tests: small files with a purpose, commands that explain themselves."""

import ast
import sys
from pathlib import Path
from typing import Any

import pytest
import typer.main

from resnet_viz.cli.app import app

ROOT = Path(__file__).parent.parent
MODULES = sorted(
    path
    for folder in ("resnet_viz", "pages", "benchmarks", "tools", "tests")
    for path in (ROOT / folder).rglob("*.py")
)
# torchvision reads the files of SVHN with scipy; PyTorch exports to ONNX with the other two.
_FOR_OTHERS = {"scipy", "onnx", "onnxscript"}
_MODULE_NAMES = {"pillow": "PIL"}
COMMANDS: dict[str, Any] = vars(typer.main.get_command(app))["commands"]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_modules_say_what_they_are_for_and_stay_small(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    most_lines = 450 if path.is_relative_to(ROOT / "tests") else 310
    assert ast.get_docstring(ast.parse(source)), "no docstring"
    assert len(source.splitlines()) <= most_lines
    assert path.stem not in ("utils", "util", "helpers", "helper", "common", "misc")


def test_every_command_and_option_has_help_and_is_in_the_manual() -> None:
    manual = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    assert len(COMMANDS) >= 7
    for name, command in COMMANDS.items():
        assert command.help, name
        assert f"python -m resnet_viz {name}" in manual, f"{name} is not in the manual"
        for parameter in command.params:
            if parameter.param_type_name == "option":
                assert parameter.help, f"{name} {parameter.opts[0]}"


def test_every_make_target_has_help() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = makefile.partition(".PHONY:")[2].splitlines()[0].split()
    for target in phony:
        assert any(line.startswith(f"{target}:") and "## " in line for line in makefile.splitlines()), target


def test_what_is_required_is_what_is_imported() -> None:
    """Both ways: nothing is installed in vain, and nothing is there only by chance."""
    required = {line.split(">")[0].split("[")[0] for line in (ROOT / "requirements.txt").read_text().split()}
    imported = {
        name.partition(".")[0]
        for folder in ("resnet_viz", "pages")
        for path in (ROOT / folder).rglob("*.py")
        for name in _imports(path)
    }
    outside = imported - sys.stdlib_module_names - {"resnet_viz", "pages"}
    assert {_MODULE_NAMES.get(name, name) for name in required - _FOR_OTHERS} == outside


def _imports(path: Path) -> list[str]:
    names = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.append(node.module)
    return names


def test_browser_tests_name_what_they_look_for_exactly() -> None:
    """A part of a name finds other controls too, some only once a script of the page has named them."""
    loose = [
        f"{path.relative_to(ROOT)}:{node.lineno} {ast.unparse(node)}"
        for path in (ROOT / "tests").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and _looks_for_a_part(node)
    ]
    assert loose == []


def _looks_for_a_part(call: ast.Call) -> bool:
    said = {keyword.arg: keyword.value for keyword in call.keywords}
    match call.func:
        case ast.Attribute(attr="get_by_role"):
            name = said.get("name")
        case ast.Attribute(attr="get_by_label" | "get_by_placeholder" | "get_by_title"):
            name = call.args[0]
        case _:
            return False
    return name is not None and "exact" not in said and not ast.unparse(name).startswith("re.compile(")
