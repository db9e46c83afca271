"""What is generated is committed as the code would write it now."""

from pathlib import Path

import pytest

from tests.generate import ROOT, files

FILES = files()


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(Path(path).relative_to(ROOT)))
def test_a_generated_file_is_up_to_date(path: Path) -> None:
    assert path.read_text("utf-8") == FILES[path], "run: make generate"
