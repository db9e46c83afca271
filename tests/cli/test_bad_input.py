"""Bad input gets one line that says what, where and what to do, and leaves nothing half-written."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from provider.errors import CODES
from tests.conftest import Result, Run
from tests.serving import SIGCLAIMS

MANIFEST = b'{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json"}'
CN = "registry.example.com"


@pytest.fixture
def place(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a key, a store that trusts it, a manifest, and a signature over that."""
    monkeypatch.chdir(tmp_path)
    assert run("keygen", CN, "--output", "keys").code == 0
    store = tmp_path / "trust/x509/ca/example"
    store.mkdir(parents=True)
    (store / "chain.pem").write_bytes((tmp_path / "keys/chain.pem").read_bytes())
    (tmp_path / "manifest.json").write_bytes(MANIFEST)
    assert sign(run, "--reference", f"{CN}/net-monitor:v1", "--output", "good.jwt").code == 0
    return tmp_path


def sign(run: Run, *more: str) -> Result:
    return run("sign", "--key", "keys/key.pem", "--chain", "keys/chain.pem", "--manifest", "manifest.json", *more)


def verify(
    run: Run, *more: str, signature: str = "good.jwt", manifest: str = "manifest.json", trust: str = "trust"
) -> Result:
    return run("verify", "--signature", signature, "--manifest", manifest, "--trust", trust, "--format", "json", *more)


def assert_one_line(result: Result, code: str, *words: str) -> None:
    assert (result.code, result.out) == (2, "")
    assert result.err.count("\n") == 1
    assert result.err.startswith("sigclaims: ")
    assert result.err.endswith(f"{CODES[code].remedy} [{code}]\n")
    for word in words:
        assert word in result.err


def files(folder: Path) -> set[str]:
    return {str(path) for path in folder.rglob("*")}


def swap_for_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


BAD_FILES: dict[str, tuple[Callable[[Path], object], str, tuple[str, ...]]] = {
    "a missing trust folder": (
        lambda at: (at / "trust").rename(at / "gone"),
        "trust_invalid",
        ("trust: no such folder",),
    ),
    "a store without certificates": (
        lambda at: (at / "trust/x509/ca/example/chain.pem").unlink(),
        "trust_invalid",
        ("trust/x509/ca/example", "holds no certificate"),
    ),
    "garbage in a store": (
        lambda at: (at / "trust/x509/ca/example/more.crt").write_text("hello"),
        "trust_invalid",
        ("trust/x509/ca/example/more.crt",),
    ),
    "a private key in a store": (
        lambda at: (at / "trust/x509/ca/example/key.pem").write_bytes((at / "keys/key.pem").read_bytes()),
        "trust_invalid",
        ("key.pem", "PRIVATE KEY"),
    ),
    "a manifest that is not JSON": (
        lambda at: (at / "manifest.json").write_text("hello"),
        "manifest_invalid",
        ("manifest.json", "not JSON"),
    ),
    "a manifest that is a list": (
        lambda at: (at / "manifest.json").write_text("[]"),
        "manifest_invalid",
        ("manifest.json", "not a JSON object"),
    ),
    "a manifest without a media type": (
        lambda at: (at / "manifest.json").write_text("{}"),
        "media_type_unknown",
        ("manifest.json", "--manifest-media-type"),
    ),
    "a manifest over its cap": (
        lambda at: (at / "manifest.json").write_bytes(b" " * (4 * 1024 * 1024 + 1)),
        "file_too_large",
        ("manifest.json",),
    ),
    "a missing signature": (lambda at: (at / "good.jwt").unlink(), "file_unreadable", ("good.jwt", "No such file")),
    "a folder for a signature": (
        lambda at: swap_for_folder(at / "good.jwt"),
        "file_unreadable",
        ("good.jwt",),
    ),
}


@pytest.mark.parametrize("what", BAD_FILES)
def test_verify_says_which_file_is_wrong(run: Run, place: Path, what: str) -> None:
    spoil, code, words = BAD_FILES[what]
    spoil(place)
    assert_one_line(verify(run), code, *words)


@pytest.mark.parametrize(
    ("option", "value", "code"),
    [
        ("--at", "yesterday", "time_invalid"),
        ("--at", "2026-13-01T00:00:00Z", "time_invalid"),
        ("--media-type", "application/json", "media_type_unknown"),
        ("--withdrawals", "nowhere.json", "file_unreadable"),
    ],
)
def test_verify_says_which_option_is_wrong(run: Run, place: Path, option: str, value: str, code: str) -> None:
    assert_one_line(verify(run, option, value), code, value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"version": "2", "withdrawals": []}',
        '{"version": "1", "withdrawals": [{"reason": "r", "since": "2026-01-01T00:00:00Z"}]}',
        '{"version": "1", "withdrawals": [{"identity": "acme", "reason": "r", "since": "2026-01-01T00:00:00Z"}]}',
        '{"version": "1", "withdrawals": [{"identity": "ca:a/b", "reason": "r", "since": "soon"}]}',
        '{"version": "1", "withdrawals": [{"identity": "ca:a/b", "publickey": "x", "reason": "r", "since": "soon"}]}',
        '{"version": "1", "version": "1", "withdrawals": []}',
        '{"version": "1", "withdrawal": []}',
    ],
)
def test_a_withdrawals_file_that_means_nothing_is_refused(run: Run, place: Path, text: str) -> None:
    (place / "withdrawals.json").write_text(text)
    assert_one_line(verify(run, "--withdrawals", "withdrawals.json"), "withdrawals_invalid", "withdrawals.json")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "unknown_format"),
        (b"\xd2\x84", "unknown_format"),
        (b"{", "malformed_envelope"),
        (b"a.b.c", "malformed_envelope"),
        (b"x" * 10_000_000, "envelope_too_large"),
    ],
)
def test_whatever_the_envelope_is_verify_prints_a_document(run: Run, place: Path, data: bytes, code: str) -> None:
    (place / "bad").write_bytes(data)
    result = verify(run, signature="bad")
    document = json.loads(result.out)
    assert (result.code, result.err) == (1, "")
    assert document["rejected"]["byCode"] == {code: 1}
    assert (document["signatures"], document["invalidated"]) == ([], [])


def test_verify_answers_for_a_sound_signature_and_says_that_nothing_was_decided(run: Run, place: Path) -> None:
    good = verify(run)
    assert (good.code, len(json.loads(good.out)["signatures"])) == (0, 1)
    text = run(
        "verify", "--signature", "good.jwt", "--manifest", "manifest.json", "--trust", "trust", "--format", "text"
    )
    assert text.out.endswith("no policy was applied\n")
    assert f"ca:example/{CN}" in text.out


def test_a_manifest_given_under_two_media_types_rejects_every_signature(run: Run, place: Path) -> None:
    other = verify(run, "--manifest-media-type", "application/vnd.docker.distribution.manifest.v2+json")
    assert other.code == 1
    assert json.loads(other.out)["rejected"]["byCode"] == {"subject_media_type": 1}


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--reference", "elsewhere.example/a:v1"], "sign_refused", ("elsewhere.example/a:v1", CN)),
        (["--reference", "net-monitor:v1"], "sign_refused", ("net-monitor:v1",)),
        (["--key", "missing.pem"], "file_unreadable", ("missing.pem",)),
        (["--key", "manifest.json"], "key_invalid", ()),
        (["--chain", "keys/key.pem"], "key_invalid", ()),
        (["--manifest", "missing.json"], "file_unreadable", ("missing.json",)),
        (["--output", "good.jwt"], "file_exists", ("good.jwt",)),
        (["--output", "no/such/folder/\0.jwt"], "file_unwritable", ()),
    ],
)
def test_sign_refuses_and_writes_nothing(
    run: Run, place: Path, arguments: list[str], code: str, words: tuple[str, ...]
) -> None:
    before = files(place)
    assert_one_line(sign(run, "--output", "new.jwt", *arguments), code, *words)
    assert files(place) == before


def test_keygen_overwrites_nothing(run: Run, place: Path) -> None:
    before = {path: path.read_bytes() for path in place.glob("keys/*")}
    assert_one_line(run("keygen", "other.example", "--output", "keys", "--ca"), "file_exists", "keys/key.pem")
    assert {path: path.read_bytes() for path in place.glob("keys/*")} == before
    assert (place / "keys/key.pem").stat().st_mode & 0o777 == 0o600


def test_attach_refuses_what_is_no_layout_and_no_signature(run: Run, place: Path) -> None:
    assert_one_line(run("attach", "--layout", "keys", "--signature", "good.jwt"), "layout_invalid", "keys")
    assert_one_line(run("attach", "--layout", "keys", "--signature", "manifest.json"), "sign_refused", "no signature")


SOURCE = '[[source]]\nname = "files"\nkind = "files"\npath = "."\nrepositories = ["a.example/b"]\n'
SETTINGS = f'[trust]\nfolder = "trust"\n{SOURCE}'


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("[htpp]\nlisten = ''", "setting_unknown", ("[htpp]", "[http]")),
        ("[http]\nlissten = ''", "setting_unknown", ("http.lissten", "http.listen")),
        (SETTINGS + "repository = 'x'", "setting_unknown", ("source.repository", "source.repositories")),
        ("[http]\nworkers = 'many'", "setting_invalid", ("http.workers",)),
        ("[http]\nworkers = 0", "setting_invalid", ("http.workers",)),
        ("[claims]\nmax_age = 1.5", "setting_invalid", ("claims.max_age",)),
        (SETTINGS.replace("files", "registry", 2), "setting_invalid", ("kind",)),
        (SETTINGS.replace("a.example/b", "NOT ONE"), "setting_invalid", ("NOT ONE",)),
        (SETTINGS + SOURCE, "setting_invalid", ("two sources", "files")),
        (SETTINGS.replace('path = "."', 'path = "missing"'), "setting_invalid", ("missing",)),
        ("not toml", "setting_invalid", ("sigclaims.toml",)),
        ("[trust]\nfolder = 'nowhere'", "trust_invalid", ("nowhere",)),
    ],
)
def test_settings_that_mean_nothing_are_refused(
    run: Run, place: Path, text: str, code: str, words: tuple[str, ...]
) -> None:
    (place / "sigclaims.toml").write_text(text)
    for command in (["claims", "a.example/b:v1"], ["serve"]):
        assert_one_line(run(*command), code, *words)


def test_a_malformed_reference_is_refused(run: Run, place: Path) -> None:
    (place / "sigclaims.toml").write_text(SETTINGS)
    assert_one_line(run("claims", "a.example/B:v1\n"), "reference_malformed", "a.example/B:v1")
    assert_one_line(run("claims", "other.example/b:v1"), "registry_not_allowed", "other.example/b")


@pytest.mark.parametrize("listen", ["0.0.0.0:8181", "[::]:8181", "192.0.2.1:80"])
def test_listening_beyond_loopback_is_refused(
    run: Run, place: Path, monkeypatch: pytest.MonkeyPatch, listen: str
) -> None:
    (place / "sigclaims.toml").write_text(SETTINGS)
    monkeypatch.setenv("SIGCLAIMS_HTTP__LISTEN", listen)
    assert_one_line(run("serve"), "bind_refused", listen)


def test_the_environment_overrides_a_setting_and_a_mistyped_one_is_refused(
    run: Run, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "sigclaims.toml").write_text(SETTINGS.replace('"trust"', '"nowhere"'))
    monkeypatch.setenv("SIGCLAIMS_TRUST__FOLDER", "trust")
    unknown = run("claims", "a.example/b:v1", "--format", "json")
    assert json.loads(unknown.out)["problems"][0]["code"] == "manifest_unknown"
    monkeypatch.setenv("SIGCLAIMS_TRUST__FOLDR", "trust")
    assert_one_line(run("claims", "a.example/b:v1"), "setting_unknown", "SIGCLAIMS_TRUST__FOLDR", "trust.folder")


@pytest.mark.parametrize(
    "arguments",
    [
        ["verify"],
        ["sign", "--key", "keys/key.pem"],
        ["sign", "--key", "keys/key.pem", "--output", "x.jwt"],
        ["sign", "--key", "keys/key.pem", "--manifest", "manifest.json", "--expires-in", "soon", "--output", "x.jwt"],
        ["withdraw", "--withdrawals", "w.json", "--reason", "r"],
        ["evaluate", "--policy", "sigclaims:required_signers"],
        ["evaluate", "--policy", "sigclaims:required_signers", "--input", "manifest.json", "--image", "a.example/b"],
        ["unknown-command"],
    ],
)
def test_a_command_line_that_is_incomplete_exits_two_and_says_how(run: Run, place: Path, arguments: list[str]) -> None:
    before = files(place)
    result = run(*arguments)
    assert (result.code, result.out) == (2, "")
    assert "Usage: sigclaims" in result.err
    assert files(place) == before


def test_evaluate_refuses_what_is_no_policy_and_no_question(run: Run, place: Path) -> None:
    question = ("--input", "manifest.json")
    assert_one_line(run("evaluate", "--policy", "nowhere", *question), "file_unreadable", "nowhere")
    assert_one_line(run("evaluate", "--policy", "sigclaims:nothing", *question), "policy_invalid", "required_signers")
    assert_one_line(run("evaluate", "--policy", "keys", *question), "policy_invalid", "keys")
    shipped = ("--policy", "sigclaims:required_signers")
    assert_one_line(run("evaluate", *shipped, "--claims", "good.jwt"), "question_invalid", "good.jwt")
    assert_one_line(run("evaluate", *shipped, "--claims", "manifest.json", "--data", "missing"), "file_unreadable")


def test_no_hostile_text_reaches_a_terminal(run: Run, place: Path) -> None:
    result = run("claims", "a.example/b:\x1b[31mred")
    assert (result.code, "\x1b" in result.err) == (2, False)


def test_nothing_unforeseen_ends_as_an_answer_would(run: Run, place: Path) -> None:
    """Exit code 1 says "not sound" or "denied", so no failure may have it."""
    long = "a" * 300
    for arguments in (
        ("evaluate", "--policy", long, "--input", "manifest.json"),
        ("withdraw", "--withdrawals", long, "--identity", "ca:a/b", "--reason", "r"),
        ("verify", "--signature", long, "--manifest", "manifest.json", "--trust", "trust"),
        ("claims", "a.example/b", "--config", long),
        ("init", long),
        ("keygen", CN, "--output", long),
    ):
        result = run(*arguments)
        assert (result.code, result.out, result.err.count("\n")) == (2, "", 1), arguments


def test_a_full_disk_is_no_answer(place: Path) -> None:
    command = [str(SIGCLAIMS), "verify", "--signature", "good.jwt", "--manifest", "manifest.json", "--trust", "trust"]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr


def test_withdrawals_that_are_written_at_once_are_all_kept(place: Path) -> None:
    command = [str(SIGCLAIMS), "withdraw", "--withdrawals", "w.json", "--reason", "r", "--identity"]
    running = [subprocess.Popen([*command, f"ca:store/{n}"], stderr=subprocess.DEVNULL) for n in range(8)]
    assert [one.wait() for one in running] == [0] * 8
    assert len(json.loads((place / "w.json").read_text())["withdrawals"]) == 8


def test_an_empty_batch_is_no_sound_one(run: Run, place: Path) -> None:
    (place / "none").mkdir()
    assert_one_line(run("verify", "--batch", "none", "--trust", "trust"), "file_unreadable", "none")


def test_files_of_one_name_are_not_lost(run: Run, place: Path) -> None:
    assert run("keygen", "other.example", "--output", "other").code == 0
    result = run("trust", "add", "keys/chain.pem", "other/chain.pem", "--store", "two")
    assert_one_line(result, "file_exists", "two of the files have one name")


@pytest.mark.parametrize("spoil", ["listen", "layout"])
def test_config_check_finds_what_serve_would_refuse(run: Run, place: Path, spoil: str) -> None:
    assert run("init", "new").code == 0
    assert run("config", "check", "--config", "new/sigclaims.toml").code == 0
    if spoil == "listen":
        text = (place / "new/sigclaims.toml").read_text()
        (place / "new/sigclaims.toml").write_text(text.replace('# listen = "127.0.0.1:8181"', 'listen = "0.0.0.0:80"'))
    else:
        (place / "new/images/index.json").unlink()
    result = run("config", "check", "--config", "new/sigclaims.toml")
    assert (result.code, result.err.count("\n")) == (2, 1)


def test_signing_without_a_name_is_said(run: Run, place: Path) -> None:
    result = sign(run, "--output", "nameless.jwt")
    assert result.code == 0
    assert "pass --reference" in result.err


def test_what_no_document_can_hold_is_not_signed(run: Run, place: Path) -> None:
    names = [part for number in range(256) for part in ("--reference", f"{CN}/{'a' * 250}/{number}")]
    result = sign(run, "--output", "large.jwt", *names)
    assert_one_line(result, "sign_refused", "too large for a document")
    assert not (place / "large.jwt").exists()
