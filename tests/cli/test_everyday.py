"""What a person reaches for: beginning, looking at settings and trust, inspecting, other keys, whole folders."""

import base64
import http.client
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat
from jwcrypto.jwk import JWK

from provider import clock, config, issue, oci
from provider.config import load
from provider.digest import sha256
from provider.envelopes import envelope as limits
from provider.sign import sign as sign_content
from provider.sign import signing_key
from provider.source.attach import ARTIFACT_TYPE
from tests.conftest import Run
from tests.real_images import Images, entries, registry
from tests.serving import SIGCLAIMS, serving
from tests.terminal import on_a_terminal

CN = "registry.example.com"
MANIFEST = b'{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json"}'


@pytest.fixture
def begun(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which somebody has begun: init, a key, its store, a manifest."""
    monkeypatch.chdir(tmp_path)
    assert run("init").code == 0
    assert run("keygen", CN, "--output", "keys").code == 0
    assert run("trust", "add", "keys/chain.pem", "--store", "example").code == 0
    (tmp_path / "manifest.json").write_bytes(MANIFEST)
    return tmp_path


def sign(run: Run, *more: str, key: str = "keys/key.pem", target: str = "one.jwt") -> None:
    arguments = ("sign", "--key", key, "--manifest", "manifest.json", "--output", target)
    result = run(*arguments, "--reference", f"{CN}/net-monitor:v1", *more)
    assert result.code == 0, result.err


def test_init_leaves_a_folder_that_is_ready_to_serve(run: Run, begun: Path) -> None:
    port = free_port()
    text = (begun / "sigclaims.toml").read_text().replace('# listen = "127.0.0.1:8181"', f'listen = "127.0.0.1:{port}"')
    (begun / "sigclaims.toml").write_text(text)
    with serving(begun / "sigclaims.toml") as service:
        answer = service.claims("registry.example.com/net-monitor:v1")
    assert answer.json()["problems"][0]["code"] == "manifest_unknown"


def free_port() -> int:
    import socket  # noqa: PLC0415

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_init_names_every_setting_with_its_default(begun: Path) -> None:
    text = (begun / "sigclaims.toml").read_text()
    for section, described in config.SECTIONS.items():
        assert f"[{section}]" in text
        for field in described.__struct_fields__:
            assert f"\n{field} = " in text or f"\n# {field} = " in text, field
    everything = text.replace("\n# ", "\n")
    uncommented = [line for line in everything.splitlines() if " = " in line or line.startswith("[")]
    (begun / "all.toml").write_text("\n".join(line for line in uncommented if "SIGCLAIMS_" not in line))
    assert load(begun / "all.toml", {}) == load(begun / "sigclaims.toml", {})


def test_init_overwrites_nothing(run: Run, begun: Path) -> None:
    before = (begun / "sigclaims.toml").read_bytes()
    (begun / "images/index.json").unlink()
    assert run("init", "--repository", "other.example/a").code == 2
    assert (begun / "sigclaims.toml").read_bytes() == before
    assert not (begun / "images/index.json").exists()


def test_config_says_what_counts_and_where_it_comes_from(
    run: Run, begun: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGCLAIMS_HTTP__WORKERS", "7")
    rows = {row["setting"]: row for row in json.loads(run("config", "show", "--format", "json").out)}
    assert (rows["http.workers"]["value"], rows["http.workers"]["from"]) == (7, "SIGCLAIMS_HTTP__WORKERS")
    assert (rows["trust.folder"]["value"], rows["trust.folder"]["from"]) == ("trust", "sigclaims.toml")
    assert (rows["http.threads"]["from"], rows["source[0].kind"]["value"]) == ("default", "layout")
    text = run("config", "show", "--format", "text").out
    assert len(text.splitlines()) == len(rows)


def test_config_check_reads_what_the_settings_name(run: Run, begun: Path) -> None:
    found = json.loads(run("config", "check", "--format", "json").out)
    assert (found["sources"], found["stores"], found["withdrawals"]) == (["images"], ["ca:example"], 0)
    assert run("config", "check", "--format", "text").out.endswith("the settings can be used\n")
    (begun / "withdrawals.json").write_text("{")
    broken = run("config", "check")
    assert (broken.code, broken.err.count("\n")) == (2, 1)
    assert "withdrawals.json" in broken.err


def test_an_empty_trust_folder_is_no_error_and_is_said(run: Run, begun: Path) -> None:
    assert run("trust", "remove", "--store", "example").code == 0
    assert "nothing is ever sound" in run("config", "check", "--format", "text").out


def test_trust_lists_subjects_and_what_expires_when(run: Run, begun: Path) -> None:
    assert run("keygen", "soon.example", "--output", "soon", "--days", "5").code == 0
    assert run("trust", "add", "soon/chain.pem", "--type", "keys", "--store", "builders").code == 0
    rows = json.loads(run("trust", "list", "--format", "json").out)
    assert [(row["type"], row["store"], row["subject"], row["state"]) for row in rows] == [
        ("ca", "example", f"CN={CN}", "valid"),
        ("keys", "builders", "CN=soon.example", "expires soon"),
    ]
    text = run("trust", "list", "--format", "text").out
    assert f"ca:example  CN={CN}" in text
    assert all(row["fingerprint"] in text and row["notAfter"] in text for row in rows)


def test_trust_imports_a_store_of_notation_as_it_is(run: Run, begun: Path) -> None:
    notation = begun / "notation/truststore"
    for kind, name in (("ca", "acme"), ("tsa", "clock")):
        place = notation / "x509" / kind / name
        place.mkdir(parents=True)
        shutil.copy(begun / "keys/chain.pem", place / "root.crt")
    assert run("trust", "add", "--notation", notation).code == 0
    rows = json.loads(run("trust", "list").out)
    assert [(row["type"], row["store"]) for row in rows] == [("ca", "acme"), ("ca", "example"), ("tsa", "clock")]


def test_trust_removes_one_certificate_or_a_store(run: Run, begun: Path) -> None:
    assert run("keygen", "two.example", "--output", "two").code == 0
    shutil.copy(begun / "two/chain.pem", begun / "second.pem")
    assert run("trust", "add", "second.pem", "--store", "example").code == 0
    first, second = json.loads(run("trust", "list").out)
    arguments = ("trust", "remove", "--store", "example", "--fingerprint")
    assert run(*arguments, "sha256:" + "0" * 64).code == 2
    assert run(*arguments, second["fingerprint"]).code == 0
    assert json.loads(run("trust", "list").out) == [first]
    assert run(*arguments, first["fingerprint"]).code == 0
    assert not (begun / "trust/x509/ca/example").exists()
    assert run("trust", "remove", "--store", "example").code == 2


@pytest.mark.parametrize("store", ["..", ".", "a/b", "", "a b"])
def test_a_store_stays_in_the_trust_folder(run: Run, begun: Path, store: str) -> None:
    before = sorted(begun.rglob("*"))
    assert run("trust", "add", "keys/chain.pem", "--store", store).code == 2
    assert run("trust", "remove", "--store", store).code == 2
    assert sorted(begun.rglob("*")) == before


def test_trust_takes_nothing_that_no_store_may_hold(run: Run, begun: Path) -> None:
    before = sorted(begun.rglob("*"))
    for file in ("keys/key.pem", "manifest.json", "missing.pem"):
        result = run("trust", "add", file, "--store", "more")
        assert (result.code, result.err.count("\n")) == (2, 1)
    assert sorted(begun.rglob("*")) == before


def test_inspect_shows_an_envelope_and_says_that_it_is_not_verified(run: Run, begun: Path) -> None:
    sign(run, "--chain", "keys/chain.pem", "--expires-in", "90d")
    said = json.loads(run("inspect", "one.jwt", "--format", "json").out)
    assert (said["verified"], said["format"], said["algorithm"], said["keyId"]) == (False, "nv2.jwt", "ES256", None)
    assert said["claims"]["references"] == [f"{CN}/net-monitor:v1"]
    assert [one["subject"] for one in said["certificates"]] == [f"CN={CN}"]
    text = run("inspect", "one.jwt", "--format", "text").out
    assert "NOT VERIFIED" in text
    assert said["certificates"][0]["fingerprint"] in text
    (begun / "garbage").write_bytes(b"\x00")
    garbage = run("inspect", "garbage")
    assert (garbage.code, garbage.out) == (2, "")
    assert garbage.err.endswith("[unknown_format]\n")


@pytest.mark.parametrize("kind", issue.CERTIFIED_KINDS)
@pytest.mark.parametrize("form", ["nv2.jwt", "nv2.json"])
def test_every_kind_of_key_signs_what_verifies(run: Run, begun: Path, kind: str, form: str) -> None:
    assert run("keygen", CN, "--output", "other", "--kind", kind, "--ca").code == 0
    assert run("trust", "add", "other/ca.pem", "--store", "other").code == 0
    sign(run, "--chain", "other/chain.pem", "--form", form, key="other/key.pem")
    verified = run("verify", "--signature", "one.jwt", "--manifest", "manifest.json", "--trust", "trust")
    assert verified.code == 0, verified.out


def test_an_ed25519_key_signs_by_kid(run: Run, begun: Path) -> None:
    assert run("keygen", CN, "--output", "bare", "--kind", "Ed25519").code == 0
    assert run("keygen", CN, "--output", "bare2", "--kind", "Ed25519", "--ca").code == 2
    assert run("trust", "add", "bare/public.jwk", "--type", "keys", "--store", "builders").code == 0
    sign(run, key="bare/key.pem")
    verified = run("verify", "--signature", "one.jwt", "--manifest", "manifest.json", "--trust", "trust")
    (signature,) = json.loads(verified.out)["signatures"]
    assert (signature["signer"]["algorithm"], signature["signer"]["type"]) == ("EdDSA", "jwk")
    assert signature["signer"]["identities"] == [f"keys:builders/{signature['signer']['publicKey']}"]


@pytest.mark.parametrize("algorithm", ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"])
def test_a_jwk_signs_with_the_algorithms_that_it_may_have(run: Run, begun: Path, algorithm: str) -> None:
    jwk = JWK.from_pyca(rsa.generate_private_key(65537, 2048))
    (begun / "private.jwk").write_text(jwk.export_private())
    (begun / "public.jwk").write_text(jwk.export_public())
    assert run("trust", "add", "public.jwk", "--type", "keys", "--store", "builders").code == 0
    sign(run, "--algorithm", algorithm, key="private.jwk")
    verified = run("verify", "--signature", "one.jwt", "--manifest", "manifest.json", "--trust", "trust")
    assert json.loads(verified.out)["signatures"][0]["signer"]["algorithm"] == algorithm


def test_what_was_done_is_said_as_json_too(run: Run, begun: Path) -> None:
    def said(*arguments: str) -> dict[str, object]:
        result = run(*arguments, "--format", "json")
        assert (result.code, result.err) == (0, "")
        found: dict[str, object] = json.loads(result.out)
        return found

    assert said("keygen", CN, "--output", "more")["written"] == ["more/key.pem", "more/chain.pem"]
    assert said("trust", "add", "more/chain.pem", "--store", "more")["added"] == ["trust/x509/ca/more/chain.pem"]
    assert said("trust", "remove", "--store", "more")["removed"] == ["trust/x509/ca/more/chain.pem"]
    key = ("--key", "keys/key.pem", "--chain", "keys/chain.pem")
    named = ("--reference", f"{CN}/net-monitor:v1")
    signed = said("sign", *key, "--manifest", "manifest.json", "--output", "new.jwt", *named)
    assert signed["digest"] == sha256((begun / "new.jwt").read_bytes())
    assert (signed["over"], signed["written"], signed["attached"]) == (sha256(MANIFEST), "new.jwt", None)
    withdrawn = said("withdraw", "--withdrawals", "w.json", "--identity", f"ca:example/{CN}", "--reason", "r")
    assert withdrawn["withdrawals"] == 1


def test_shells_complete_commands_and_options(begun: Path) -> None:
    def completed(words: str, place: int) -> str:
        environment = {"_SIGCLAIMS_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(place)}
        done = subprocess.run([SIGCLAIMS], env=environment, capture_output=True, text=True, check=True)
        return done.stdout

    assert "plain,verify" in completed("sigclaims ver", 1)
    assert "plain,--withdrawals" in completed("sigclaims verify --wi", 2)
    assert "plain,nv2.json" in completed("sigclaims sign --form ", 3)


def test_an_encrypted_key_needs_its_password(run: Run, begun: Path) -> None:
    key = issue.private_key("P-256")
    sealed = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"open sesame"))
    (begun / "sealed.pem").write_bytes(sealed)
    arguments = ("sign", "--key", "sealed.pem", "--manifest", "manifest.json", "--output", "sealed.jwt")
    for password in (None, "wrong"):
        more = ("--password-file", write(begun / "password", password)) if password else ()
        refused = run(*arguments, *more)
        assert (refused.code, refused.err.count("\n")) == (2, 1)
        assert not (begun / "sealed.jwt").exists()
    write(begun / "password", "open sesame\n")
    assert run(*arguments, "--password-file", "password").code == 0


def write(path: Path, text: str) -> str:
    path.write_text(text)
    return str(path)


def test_a_batch_counts_by_what_each_signature_came_to_and_stops_at_nothing(run: Run, begun: Path) -> None:
    folder = begun / "many"
    folder.mkdir()
    chain = ("--chain", "keys/chain.pem")
    names = {}
    for number in range(40):
        (begun / "manifest.json").write_bytes(MANIFEST[:-1] + b',"number":%d}' % number)
        encoded = sha256((begun / "manifest.json").read_bytes()).removeprefix("sha256:")
        shutil.copy(begun / "manifest.json", folder / f"{encoded}.manifest.json")
        names[number] = folder / f"{encoded}.x.jwt"
        sign(run, *chain, target=str(names[number]))
    names[0].write_bytes(b"garbage")
    names[1].write_bytes(b"x" * (limits.MAX_ENVELOPE + 1))
    names[2].unlink()
    names[2].mkdir()
    names[3].with_name(names[3].name.replace(".x.jwt", ".manifest.json")).unlink()
    names[4].with_name(names[4].name.replace(".x.jwt", ".manifest.json")).write_bytes(b"[]")
    names[5].write_bytes(names[6].read_bytes())
    names[7].write_bytes(spoilt(names[7].read_bytes()))
    result = run("verify", "--batch", folder, "--trust", "trust", "--format", "json")
    summary = json.loads(result.out)
    assert result.code == 1
    assert summary["files"] == 40
    assert summary["byOutcome"] == {
        "envelope_too_large": 1,
        "file_unreadable": 2,
        "malformed_envelope": 1,
        "manifest_invalid": 1,
        "signature_invalid": 1,
        "sound": 33,
        "subject_digest": 1,
    }
    assert {one["file"] for one in summary["notSound"]} == {names[number].name for number in range(8) if number != 6}
    text = run("verify", "--batch", folder, "--trust", "trust", "--format", "text").out
    assert "40 signatures: 1 envelope_too_large, 2 file_unreadable" in text
    assert text.endswith("no policy was applied\n")


def test_a_batch_shows_its_progress_on_a_terminal(run: Run, begun: Path) -> None:
    folder = begun / "many"
    folder.mkdir()
    encoded = sha256(MANIFEST).removeprefix("sha256:")
    (folder / f"{encoded}.manifest.json").write_bytes(MANIFEST)
    sign(run, "--chain", "keys/chain.pem", target=str(folder / f"{encoded}.a.jwt"))
    command = [str(SIGCLAIMS), "verify", "--batch", "many", "--trust", "trust"]
    code, said = on_a_terminal(command, begun, {})
    assert (code, "verifying" in said, "100%" in said, "1 signatures: 1 sound" in said) == (0, True, True, True)


def spoilt(jwt: bytes) -> bytes:
    """The same with a signature that does not hold."""
    return jwt.rpartition(b".")[0] + b"." + base64.urlsafe_b64encode(b"\1" * 64).rstrip(b"=")


def test_ten_thousand_files_are_counted(run: Run, begun: Path) -> None:
    folder = begun / "many"
    folder.mkdir()
    key = signing_key((begun / "keys/key.pem").read_bytes(), (begun / "keys/chain.pem").read_bytes())
    now = clock.now()
    for number in range(10_000):
        content = oci.identify(MANIFEST[:-1] + b',"number":%d}' % number)
        envelope = sign_content(content, [f"{CN}/net-monitor:{number}"], key, at=now, form="nv2.jwt")
        encoded = content.digest.removeprefix("sha256:")
        (folder / f"{encoded}.manifest.json").write_bytes(content.data)
        (folder / f"{encoded}.x.jwt").write_bytes(spoilt(envelope) if number % 100 == 7 else envelope)
    summary = json.loads(run("verify", "--batch", folder, "--trust", "trust", "--format", "json").out)
    assert (summary["files"], summary["byOutcome"]) == (10_000, {"signature_invalid": 100, "sound": 9900})


def test_a_batch_of_sound_signatures_exits_zero(run: Run, begun: Path) -> None:
    folder = begun / "many"
    folder.mkdir()
    encoded = sha256(MANIFEST).removeprefix("sha256:")
    (folder / f"{encoded}.manifest.json").write_bytes(MANIFEST)
    sign(run, "--chain", "keys/chain.pem", target=str(folder / f"{encoded}.a.jwt"))
    arguments = ("verify", "--batch", folder, "--trust", "trust")
    assert run(*arguments).code == 0
    assert json.loads(run(*arguments, "--at", "2020-01-01T00:00:00Z").out)["byOutcome"] == {"certificateNotYetValid": 1}
    assert run(*arguments, "--manifest", "manifest.json").code == 2


STORED = {
    "referrer": (oci.IMAGE_MANIFEST, {"artifactType", "config", "layers", "subject"}),
    "config": (oci.IMAGE_MANIFEST, {"config", "layers"}),
    "index": (oci.IMAGE_INDEX, {"config", "manifests"}),
    "artifact": (oci.ARTIFACT_MANIFEST, {"artifactType", "blobs", "subject"}),
}


@pytest.mark.parametrize("form", STORED)
def test_each_storage_form_is_written_found_and_read_by_crane(
    run: Run, begun: Path, images: Images, crane: str, form: str
) -> None:
    shutil.rmtree(begun / "images")
    image = images.copy("image", begun / "images")
    (begun / "manifest.json").write_bytes(blob(begun, image["digest"]))
    sign(run, "--chain", "keys/chain.pem")
    assert run("attach", "--layout", "images", "--signature", "one.jwt", "--storage", form).code == 0
    listed = entries(begun / "images")[1]
    stored = json.loads(blob(begun, listed["digest"]))
    media_type, members = STORED[form]
    assert (listed["mediaType"], stored["mediaType"]) == (media_type, media_type)
    assert set(stored) - {"schemaVersion", "mediaType"} == members
    assert stored.get("artifactType", ARTIFACT_TYPE) == ARTIFACT_TYPE
    document = json.loads(run("claims", f"{CN}/net-monitor@{image['digest']}").out)
    assert [one["digest"] for one in document["signatures"]] == [sha256((begun / "one.jwt").read_bytes())]
    assert read_by_crane(crane, begun / "images", listed, whole=form != "artifact") == blob(begun, listed["digest"])


def read_by_crane(crane: str, layout: Path, listed: dict[str, Any], *, whole: bool) -> bytes:
    """A manifest of a layout, as crane reads it in its registry, to which it has pushed the whole layout itself.

    The artifact manifest is of a type that OCI has withdrawn: crane pushes no layout that has one, so it is put there.
    """
    with registry(crane) as host:
        if whole:
            subprocess.run([crane, "push", "--index", layout, f"{host}/pushed:all"], check=True, capture_output=True)
        else:
            connection = http.client.HTTPConnection(host, timeout=10)
            body = (layout / "blobs/sha256" / listed["digest"].removeprefix("sha256:")).read_bytes()
            headers = {"Content-Type": listed["mediaType"]}
            connection.request("PUT", f"/v2/pushed/manifests/{listed['digest']}", body, headers)
            assert connection.getresponse().status == 201
            connection.close()
        command = [crane, "manifest", f"{host}/pushed@{listed['digest']}"]
        return subprocess.run(command, check=True, capture_output=True).stdout


def blob(folder: Path, digest: str) -> bytes:
    return (folder / "images/blobs/sha256" / digest.removeprefix("sha256:")).read_bytes()
