import sys
from pathlib import Path

import pytest

from provider.engine import engine
from provider.errors import Refused


def test_the_engine_that_is_named_is_taken(opa: str) -> None:
    assert engine("embedded").name == "embedded"
    assert engine("opa", program=opa).name == "opa"


def test_the_embedded_engine_is_the_default_where_it_is_installed(opa: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert engine(program=opa).name == "embedded"
    monkeypatch.setitem(sys.modules, "regorus", None)
    assert engine(program=opa).name == "opa"


def test_an_engine_that_is_not_installed_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "regorus", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in (None, "embedded", "opa"):
        with pytest.raises(Refused) as raised:
            engine(name)
        assert raised.value.code == "engine_missing"
