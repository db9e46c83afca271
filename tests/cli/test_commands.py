"""The commands together: what is signed, attached, withdrawn and asked for by image."""

import json
from pathlib import Path

import pytest

from tests.conftest import ROOT, Run
from tests.real_images import REF_NAME, Images, entries
from tests.world import World

CN = "127.0.0.1"  # crane's registry, in the references that it wrote


@pytest.fixture
def place(tmp_path: Path, run: Run, images: Images, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A layout that crane wrote, a key, a store and settings."""
    monkeypatch.chdir(tmp_path)
    images.copy("image", tmp_path / "layout")
    assert run("keygen", CN, "--output", "keys", "--ca").code == 0
    store = tmp_path / "trust/x509/ca/example"
    store.mkdir(parents=True)
    (store / "ca.pem").write_bytes((tmp_path / "keys/ca.pem").read_bytes())
    (tmp_path / "withdrawals.json").write_text('{"version": "1", "withdrawals": []}')
    (tmp_path / "sigclaims.toml").write_text(
        '[trust]\nwithdrawals = "withdrawals.json"\n'
        '[[source]]\nname = "images"\nkind = "layout"\npath = "layout"\n'
        f'repositories = ["{images.repository}"]\n'
    )
    (tmp_path / "signers.json").write_text(
        json.dumps({"signers": {images.repository.split("/")[0]: [f"ca:example/{CN}"]}})
    )
    (tmp_path / "tags.json").write_text('{"allow_tags": true}')
    return tmp_path


def sign(run: Run, image: str, *more: str) -> None:
    key = ("--key", "keys/key.pem", "--chain", "keys/chain.pem")
    result = run("sign", *key, "--layout", "layout", "--image", image, "--attach", *more)
    assert result.code == 0, result.err


@pytest.mark.parametrize("form", ["nv2.jwt", "nv2.json"])
def test_an_image_of_crane_is_signed_found_and_decided_upon(run: Run, place: Path, images: Images, form: str) -> None:
    image = f"{images.repository}:v1"
    sign(run, image, "--form", form)
    document = json.loads(run("claims", image, "--format", "json").out)
    (signature,) = document["signatures"]
    assert signature["format"] == form
    assert signature["claims"]["references"] == [image]
    assert signature["signer"]["identities"] == [f"ca:example/{CN}"]
    assert document["coverage"] == {
        "complete": True,
        "sources": [{"name": "images", "kind": "layout", "status": "answered", "found": 1}],
    }
    policy = ("--policy", "sigclaims:pulled_from_signer", "--data", "signers.json", "--image", image)
    assert run("evaluate", *policy).code == 1
    allowed = run("evaluate", *policy, "--data", "tags.json", "--format", "json")
    assert (allowed.code, json.loads(allowed.out)["deny"]) == (0, [])


def test_a_plain_tag_names_the_sources_one_repository(run: Run, place: Path, images: Images) -> None:
    """As skopeo writes it: org.opencontainers.image.ref.name is the tag alone."""
    path = place / "layout/index.json"
    index = json.loads(path.read_text())
    index["manifests"][0]["annotations"] = {REF_NAME: "stable"}
    path.write_text(json.dumps(index))
    sign(run, f"{images.repository}:stable")
    document = json.loads(run("claims", f"{images.repository}:stable", "--format", "json").out)
    assert len(document["signatures"]) == 1


def test_claims_of_a_file_are_decided_upon_later(run: Run, place: Path, images: Images) -> None:
    image = f"{images.repository}@{entries(place / 'layout')[0]['digest']}"
    sign(run, f"{images.repository}:v1")
    (place / "claims.json").write_text(run("claims", image).out)
    policy = ("evaluate", "--policy", str(ROOT / "rego/lib/policies/required_signers"), "--data", "signers.json")
    result = run(*policy, "--claims", "claims.json", "--format", "text")
    assert result.code == 0
    assert result.out == "nothing is denied by lib.policies.required_signers, in the engine embedded\n"
    (place / "verified.json").write_text(json.dumps({"subject": {"reference": None}}))
    assert run(*policy, "--claims", "verified.json").code == 1


def test_an_image_whose_claims_cannot_be_had_is_denied_with_a_word_why(run: Run, place: Path) -> None:
    policy = ("evaluate", "--policy", "sigclaims:required_signers", "--data", "signers.json")
    result = run(*policy, "--image", "elsewhere.example/a:v1", "--format", "json")
    assert result.code == 1
    assert "elsewhere.example/a:v1: no claims" in result.err
    assert {one["image"] for one in json.loads(result.out)["deny"]} == {"elsewhere.example/a:v1"}


def test_attaching_twice_changes_nothing(run: Run, place: Path, images: Images) -> None:
    sign(run, f"{images.repository}:v1", "--output", "one.jwt")
    before = (place / "layout/index.json").read_bytes()
    assert run("attach", "--layout", "layout", "--signature", "one.jwt").code == 0
    assert (place / "layout/index.json").read_bytes() == before
    assert [one.get("artifactType") for one in entries(place / "layout")][1:] == ["application/vnd.cncf.notary.v2"]


@pytest.mark.parametrize("what", ["signature", "public-key", "certificate", "certificate-file", "identity"])
def test_each_kind_of_withdrawal_invalidates(run: Run, place: Path, images: Images, what: str) -> None:
    image = f"{images.repository}:v1"
    sign(run, image, "--output", "one.jwt")
    (signature,) = json.loads(run("claims", image).out)["signatures"]
    option, value = {
        "signature": ("--signature", "one.jwt"),
        "public-key": ("--public-key", signature["signer"]["publicKey"]),
        "certificate": ("--certificate", signature["signer"]["certificate"]["fingerprint"]),
        "certificate-file": ("--certificate", "keys/chain.pem"),
        "identity": ("--identity", f"ca:example/{CN}"),
    }[what]
    withdraw = ("withdraw", "--withdrawals", "withdrawals.json", option, value, "--reason", "we lost it")
    assert run(*withdraw, "--since", "2026-01-01T00:00:00Z").code == 0
    document = json.loads(run("claims", image).out)
    assert document["signatures"] == []
    assert document["invalidated"][0]["reasons"] == [
        {"reason": "withdrawn", "since": "2026-01-01T00:00:00Z", "detail": "we lost it"}
    ]
    text = run("claims", image, "--format", "text").out
    assert "withdrawn since 2026-01-01T00:00:00Z: we lost it" in text


def test_a_kid_signature_needs_its_key_in_the_trust_folder(run: Run, place: Path, images: Images) -> None:
    image = f"{images.repository}:v1"
    signing = (
        "sign",
        "--key",
        "keys/key.pem",
        "--layout",
        "layout",
        "--image",
        image,
        "--attach",
        "--output",
        "kid.jwt",
    )
    assert run(*signing).code == 0
    assert json.loads(run("claims", image).out)["rejected"]["byCode"] == {"unknown_key": 1}
    store = place / "trust/keys/builders"
    store.mkdir(parents=True)
    (store / "chain.pem").write_bytes((place / "keys/chain.pem").read_bytes())
    (signature,) = json.loads(run("claims", image).out)["signatures"]
    assert signature["signer"]["identities"] == [f"keys:builders/{CN}"]
    withdraw = ("withdraw", "--withdrawals", "withdrawals.json", "--signature", "kid.jwt", "--reason", "r")
    assert run(*withdraw).code == 2
    assert run(*withdraw, "--trust", "trust").code == 0
    assert json.loads(run("claims", image).out)["signatures"] == []


def test_a_platform_signature_is_shown_under_its_platform(run: Run, place: Path, images: Images) -> None:
    (place / "layout").rename(place / "single")
    index = images.copy("index", place / "layout")
    listed = json.loads((place / "layout/blobs/sha256" / index["digest"][7:]).read_text())["manifests"]
    sign(run, f"{images.repository}@{listed[1]['digest']}", "--reference", f"{images.repository}:arm")
    document = json.loads(run("claims", f"{images.repository}:multi").out)
    assert document["signatures"] == []
    assert [(one["platform"]["architecture"], len(one["signatures"])) for one in document["platforms"]] == [
        ("amd64", 0),
        ("arm64", 1),
    ]
    text = run("claims", f"{images.repository}:multi", "--format", "text").out
    assert "platform linux/arm64" in text
    sign(run, f"{images.repository}:multi")
    again = json.loads(run("claims", f"{images.repository}:multi").out)
    assert [len(again["signatures"])] + [len(one["signatures"]) for one in again["platforms"]] == [1, 0, 1]


def test_signature_files_in_a_folder_are_a_source_beside_the_layout(run: Run, place: Path, images: Images) -> None:
    digest = entries(place / "layout")[0]["digest"]
    key = ("--key", "keys/key.pem", "--chain", "keys/chain.pem")
    signatures = place / "signatures"
    signatures.mkdir()
    target = signatures / f"{digest[7:]}.publisher.jwt"
    assert run("sign", *key, "--layout", "layout", "--image", f"{images.repository}:v1", "--output", target).code == 0
    (signatures / f"{digest[7:]}.other.cose").write_bytes(b"\xd2\x84")
    with (place / "sigclaims.toml").open("a") as file:
        file.write(
            '[[source]]\nname = "signatures"\nkind = "files"\npath = "signatures"\n'
            f'repositories = ["{images.repository}"]\n'
        )
    document = json.loads(run("claims", f"{images.repository}:v1").out)
    assert [one["source"] for one in document["signatures"]] == ["signatures"]
    assert document["rejected"]["byCode"] == {"unknown_format": 1}
    assert [(one["name"], one["found"]) for one in document["coverage"]["sources"]] == [
        ("images", 0),
        ("signatures", 2),
    ]


def test_no_name_out_of_a_certificate_acts_upon_a_terminal(run: Run, place: Path, images: Images) -> None:
    world = World(place)
    world.signer("odd", "evil\x1b[2Jname\n  ca:acme/acme", san=CN)
    world.attach(world.sign("odd", entries(place / "layout")[0]["digest"], f"{images.repository}:v1"))
    text = run("claims", f"{images.repository}:v1", "--format", "text").out
    assert "\x1b" not in text
    assert "ca:odd/evil\\x1b[2Jname\\n  ca:acme/acme" in text
