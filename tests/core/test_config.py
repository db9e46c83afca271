"""Settings are those that exist, with values that they can have, or the start is refused with the nearest name."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider import config, reference
from provider.config import Settings
from provider.errors import Refused
from tests.core import mutation
from tests.core.folders import KINDS, hostile
from tests.core.mutation import outcome
from tests.core.pki import NAME

SOURCE = f'[[source]]\nname = "images"\nkind = "layout"\npath = "images"\nrepositories = ["{NAME}"]\n'
FULL = f"""[http]
listen = "127.0.0.1:9000"
workers = 4
threads = 1

[claims]
max_age = 60

[trust]
folder = "trust"
withdrawals = "withdrawals.json"

[log]
level = "debug"

{SOURCE}
[[source]]
name = "files"
kind = "files"
path = "/srv/files"
repositories = ["{NAME}", "localhost:5000/a"]
"""


def load(folder: Path, text: str | bytes, environment: Mapping[str, str] | None = None) -> Settings:
    path = folder / "sigclaims.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return config.load(path, environment or {})


def refused(folder: Path, text: str | bytes, environment: Mapping[str, str] | None = None) -> Refused:
    with pytest.raises(Refused) as raised:
        load(folder, text, environment)
    return raised.value


def test_every_setting_is_read(tmp_path: Path) -> None:
    made = load(tmp_path, FULL)
    assert (made.http.listen, made.http.workers, made.http.threads) == ("127.0.0.1:9000", 4, 1)
    assert (made.claims.max_age, made.log.level) == (60, "debug")
    assert made.path(made.trust.folder) == tmp_path / "trust"
    assert made.trust.withdrawals == "withdrawals.json"
    assert [(one.name, one.kind, one.repositories) for one in made.source] == [
        ("images", "layout", (NAME,)),
        ("files", "files", (NAME, "localhost:5000/a")),
    ]
    assert made.path(made.source[1].path) == Path("/srv/files")


def test_without_a_file_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    made = config.load(None, {})
    assert (made.http.listen, made.claims.max_age, made.source) == ("127.0.0.1:8181", 3600, ())
    (tmp_path / "sigclaims.toml").write_text("[claims]\nmax_age = 7\n")
    assert config.load(None, {}).claims.max_age == 7


def test_a_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(Refused) as raised:
        config.load(tmp_path / "missing.toml", {})
    assert raised.value.code == "file_unreadable"


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_is_none_is_refused(tmp_path: Path, kind: str) -> None:
    hostile(kind, tmp_path / "s.toml")
    with pytest.raises(Refused) as raised:
        config.load(tmp_path / "s.toml", {})
    assert raised.value.code == "file_unreadable"


@pytest.mark.parametrize(
    ("text", "name", "nearest"),
    [
        ("[htpp]\n", "[htpp]", "[http]"),
        ("[http]\nlisen = 1\n", "http.lisen", "http.listen"),
        ("[claims]\nmaxage = 1\n", "claims.maxage", "claims.max_age"),
        ("[[source]]\nrepository = 1\n", "source.repository", "source.repositories"),
        ("folder = 'x'\n", "[folder]", "[log]"),
        ("listen = 'x'\n", "[listen]", "[claims]"),
    ],
)
def test_a_name_that_does_not_exist_stops_the_start_with_one_that_does(
    tmp_path: Path, text: str, name: str, nearest: str
) -> None:
    error = refused(tmp_path, text)
    assert error.code == "setting_unknown"
    assert repr(name) in error.message
    assert "the nearest is '" in error.message
    if name.strip("[]") not in {"folder", "listen"}:
        assert repr(nearest) in error.message


@pytest.mark.parametrize(
    "text",
    [
        "[http]\nworkers = 0\n",
        "[http]\nworkers = 65\n",
        "[http]\nworkers = 'many'\n",
        "[http]\nworkers = 1.5\n",
        "[http]\nworkers = nan\n",
        "[http]\nworkers = true\n",
        "[http]\nworkers = []\n",
        "[http]\nworkers = 1979-05-27\n",
        "[http]\nworkers = 99999999999999999999999999\n",
        "[http]\nworkers = " + "9" * 5000 + "\n",
        "[http]\nlisten = 5\n",
        "[claims]\nmax_age = 0\n",
        "[claims]\nmax_age = 604801\n",
        "[trust]\nfolder = {a = 1}\n",
        "[log]\nlevel = 'loud'\n",
        "http = 5\n",
        "http = []\n",
        "[[http]]\nlisten = 'a'\n",
        "source = 5\n",
        "source = [5]\n",
        "[source]\nname = 'a'\n",
        "[[source]]\n",
        SOURCE.replace("layout", "registry"),
        SOURCE.replace('"images"\nkind', '"im ages"\nkind'),
        SOURCE.replace('"images"\nkind', '""\nkind'),
        SOURCE.replace('"images"\nkind', '"images\\n"\nkind'),
        SOURCE.replace(f'["{NAME}"]', "[]"),
        SOURCE.replace(f'["{NAME}"]', f'"{NAME}"'),
        SOURCE.replace(NAME, "nginx"),
        SOURCE.replace(NAME, f"{NAME}:v1"),
        SOURCE.replace(NAME, f"{NAME}/"),
        SOURCE + SOURCE,
        "[http",
        "a = 1\na = 2\n",
        "a = " + "[" * 5000,
        b"\xff",
        b"a\0b",
    ],
    ids=lambda text: str(text)[:40],
)
def test_a_value_that_a_setting_cannot_have_is_refused(tmp_path: Path, text: str | bytes) -> None:
    assert refused(tmp_path, text).code in {"setting_invalid", "setting_unknown"}


def test_the_place_of_a_mistake_is_said(tmp_path: Path) -> None:
    message = refused(tmp_path, "[http]\nworkers = 0\n").message
    assert "http.workers" in message
    assert "sigclaims.toml" in message


def test_a_file_over_its_cap_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, b"#" * (1024 * 1024 + 1)).code == "file_too_large"


@pytest.mark.parametrize(
    "repository", ["nginx/app", "docker.io/nginx", "index.docker.io/a/b", "host.example/" + "a" * 300]
)
def test_a_repository_that_can_never_be_asked_for_is_refused(tmp_path: Path, repository: str) -> None:
    # Names are normalised before they are looked up, so this source would silently serve nothing.
    assert str(reference.parse_full(repository)) != repository or (
        reference.normalise(f"{repository}:v1").name != repository
    )
    assert refused(tmp_path, SOURCE.replace(NAME, repository)).code == "setting_invalid"


def test_the_environment_stands_above_the_file(tmp_path: Path) -> None:
    environment = {
        "SIGCLAIMS_HTTP__WORKERS": "3",
        "SIGCLAIMS_CLAIMS__MAX_AGE": "5",
        "SIGCLAIMS_LOG__LEVEL": "error",
        "SIGCLAIMS_TRUST__WITHDRAWALS": "w.json",
        "SIGCLAIMS_SERVICE_HOST": "10.0.0.1",
        "OTHER__NAME": "x",
    }
    made = load(tmp_path, FULL, environment)
    assert (made.http.workers, made.claims.max_age, made.log.level) == (3, 5, "error")
    assert made.trust.withdrawals == "w.json"
    assert load(tmp_path, "", environment).http.workers == 3


@pytest.mark.parametrize(
    ("variable", "value", "code"),
    [
        ("SIGCLAIMS_HTTP__WORKER", "3", "setting_unknown"),
        ("SIGCLAIMS_HTPP__WORKERS", "3", "setting_unknown"),
        ("SIGCLAIMS___WORKERS", "3", "setting_unknown"),
        ("SIGCLAIMS_HTTP__", "3", "setting_unknown"),
        ("SIGCLAIMS_FOLDER__X", "3", "setting_unknown"),
        ("SIGCLAIMS_HTTP__WORKERS", "many", "setting_invalid"),
        ("SIGCLAIMS_HTTP__WORKERS", "", "setting_invalid"),
        ("SIGCLAIMS_HTTP__WORKERS", "65", "setting_invalid"),
        ("SIGCLAIMS_HTTP__WORKERS", "\udcff", "setting_invalid"),
        ("SIGCLAIMS_LOG__LEVEL", "\udcff", "setting_invalid"),
        ("SIGCLAIMS_HTTP__WORKERS", "9" * 5000, "setting_invalid"),
        ("SIGCLAIMS_SOURCE__NAME", "a", "setting_invalid"),
    ],
)
def test_a_variable_that_sets_nothing_stops_the_start(tmp_path: Path, variable: str, value: str, code: str) -> None:
    error = refused(tmp_path, "", {variable: value})
    assert error.code == code
    assert variable in error.message or "http.workers" in error.message or "log.level" in error.message


@pytest.mark.parametrize("text", ["http = 5\n", "http = 'a'\n", "[[http]]\n", "http = []\n"])
def test_a_variable_above_a_section_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    assert refused(tmp_path, text, {"SIGCLAIMS_HTTP__WORKERS": "3"}).code == "setting_invalid"


LINES = FULL.encode().split(b"\n")


@mutation.SOME
@given(
    st.one_of(
        st.binary(max_size=40),
        mutation.changed_bytes(FULL.encode()),
        st.lists(st.sampled_from(LINES), max_size=12).map(b"\n".join),
    ),
    st.dictionaries(
        st.builds(
            "SIGCLAIMS_{}__{}".format,
            st.sampled_from(["HTTP", "CLAIMS", "TRUST", "LOG", "SOURCE", "X"]),
            st.sampled_from(["LISTEN", "WORKERS", "MAX_AGE", "FOLDER", "LEVEL", "X"]),
        ),
        st.text(max_size=5) | st.sampled_from(["1", "-1", "0x1", "1e1", "null", "debug"]),
        max_size=2,
    ),
)
def test_any_settings_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, text: bytes, environment: dict[str, str]
) -> None:
    folder = tmp_path_factory.getbasetemp()
    first = outcome(lambda: load(folder, text, environment))
    assert first == outcome(lambda: load(folder, text, environment))
    assert first[0] in {"value", "setting_unknown", "setting_invalid"}
