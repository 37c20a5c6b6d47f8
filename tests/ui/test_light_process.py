"""What the server must not carry for every visitor: 60 MB of Arrow, 60 of pandas, 700 of torch."""

import subprocess
import sys

from tests.ui.test_pages import MAIN

_PROGRAM = f"""
import sys
from streamlit.testing.v1 import AppTest
app = AppTest.from_file({str(MAIN)!r}, default_timeout=30).run()
for page in ("home", "race", "depth", "inspect", "runs"):
    app.switch_page(f"../../pages/{{page}}.py").run()
    assert not app.exception, (page, app.exception)
    assert app.title, page
print(sorted({{"pyarrow", "pandas", "torch", "torchvision", "captum"}} & set(sys.modules)))
"""


def test_no_page_imports_arrow_pandas_or_torch() -> None:
    done = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1:] == ["[]"], done.stderr
