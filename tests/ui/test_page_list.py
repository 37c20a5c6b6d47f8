"""One list of pages, and what holds for all of them."""

import ast
from pathlib import Path

from resnet_viz.ui.pages import HOME, PAGES

ROOT = Path(__file__).parents[2]


def test_the_menu_has_every_page_of_the_folder_once() -> None:
    files = sorted(path.name for path in (ROOT / "pages").glob("*.py"))
    assert sorted(Path(page.path).name for page in PAGES) == files
    main = ROOT / "resnet_viz" / "ui"
    assert all((main / page.path).resolve().is_file() for page in PAGES)


def test_only_the_first_page_has_no_address_of_its_own() -> None:
    assert [page for page in PAGES if not page.address] == [HOME]
    assert len({page.address for page in PAGES}) == len(PAGES)


def test_no_page_is_named_by_its_file_anywhere_else() -> None:
    said = [
        path.name for path in (ROOT / "resnet_viz").rglob("*.py") if "../../pages" in path.read_text("utf-8")
    ]
    assert said == ["pages.py"]


def test_every_fragment_is_in_the_readers_language() -> None:
    """It runs in a thread of its own, where gettext knows no language."""
    fragments = 0
    for path in (ROOT / "resnet_viz" / "ui").rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "st.fragment":
                fragments += 1
                shown = functions[ast.unparse(call.args[0])]
                assert "in_readers_language" in map(ast.unparse, shown.decorator_list), shown.name
    assert fragments > 5
