"""Eight attacks on the shipped policies, on real signatures over real images, in both engines. Each is denied."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, Run
from tests.real_images import Images, entries, list_again
from tests.world import ACME, SIGNERS, WABBIT, World

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
POLICIES = ("pulled_from_signer", "required_signers")
NAME = f"{ACME}/net-monitor"


@pytest.fixture(params=["embedded", "opa"])
def engine(request: pytest.FixtureRequest, opa: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("PATH", f"{Path(opa).parent}:{Path('/usr/bin')}")
    name: str = request.param
    return name


@pytest.fixture
def world(tmp_path: Path, images: Images) -> World:
    made = World(tmp_path)
    made.signer("wabbit-networks", WABBIT)
    made.signer("acme-rockets", ACME)
    images.copy("image", made.layout)
    return made


def digest(world: World) -> str:
    found: str = entries(world.layout)[0]["digest"]
    return found


def signed_by_both(world: World) -> str:
    """Sign the image as publisher and consumer; gives its name by digest."""
    over = digest(world)
    world.attach(world.sign("wabbit-networks", over, f"{WABBIT}/net-monitor:v1"))
    world.attach(world.sign("acme-rockets", over, f"{NAME}:v1"))
    return f"{NAME}@{over}"


def denials(run: Run, engine: str, question: Path, *policies: str) -> list[dict[str, str]]:
    given = [argument for name in policies or POLICIES for argument in ("--policy", f"sigclaims:{name}")]
    result = run("evaluate", *given, "--input", question, "--engine", engine, "--format", "json")
    assert result.code in (0, 1), result.err
    found: list[dict[str, str]] = json.loads(result.out)["deny"]
    assert bool(found) == (result.code == 1)
    return found


def withdraw(run: Run, world: World, envelope: bytes) -> None:
    (world.folder / "envelope").write_bytes(envelope)
    arguments = ("--signature", world.folder / "envelope", "--reason", "stolen key")
    assert run("withdraw", "--withdrawals", world.withdrawals, *arguments).code == 0


def malleated(jwt: bytes) -> bytes:
    """The other signature that ECDSA has for the same bytes: r, n - s."""
    signed, _, signature = jwt.rpartition(b".")
    raw = base64.urlsafe_b64decode(signature + b"==")
    other = raw[:32] + (P256_ORDER - int.from_bytes(raw[32:], "big")).to_bytes(32, "big")
    return signed + b"." + base64.urlsafe_b64encode(other).rstrip(b"=")


def test_what_both_signed_is_not_denied(run: Run, engine: str, world: World) -> None:
    assert denials(run, engine, world.question([signed_by_both(world)])) == []
    named(world, f"{NAME}:v1")
    assert denials(run, engine, world.question([f"{NAME}:v1"], allow_tags=True)) == []


def named(world: World, name: str) -> None:
    list_again(world.layout, entries(world.layout)[0], name)


def test_any_ca_issues_any_cn(run: Run, engine: str, world: World) -> None:
    world.signer("some-partner", ACME)
    over = digest(world)
    world.attach(world.sign("wabbit-networks", over, f"{WABBIT}/net-monitor:v1"))
    world.attach(world.sign("some-partner", over, f"{NAME}:v1"))
    claims = world.claims(f"{NAME}@{over}")
    assert {one["signer"]["cn"] for one in claims["signatures"]} == {WABBIT, ACME}
    for policy in POLICIES:
        assert denials(run, engine, world.question([f"{NAME}@{over}"]), policy)


def test_an_old_signed_image_retagged(run: Run, engine: str, world: World) -> None:
    pinned = signed_by_both(world)
    named(world, f"{NAME}:v2")
    for image in (f"{NAME}:v2", pinned.replace("@", ":v2@")):
        found = denials(run, engine, world.question([image], allow_tags=True), "pulled_from_signer")
        assert [one["image"] for one in found] == [image]


def test_one_signed_platform_for_its_index(run: Run, engine: str, tmp_path: Path, images: Images) -> None:
    world = World(tmp_path)
    world.signer("wabbit-networks", WABBIT)
    world.signer("acme-rockets", ACME)
    index = images.copy("index", world.layout)
    listed = json.loads((world.layout / "blobs/sha256" / index["digest"][7:]).read_text())["manifests"]
    world.attach(world.sign("wabbit-networks", listed[0]["digest"], f"{WABBIT}/net-monitor:v1"))
    world.attach(world.sign("acme-rockets", listed[0]["digest"], f"{NAME}:v1"))
    image = f"{NAME}@{index['digest']}"
    assert [len(one["signatures"]) for one in world.claims(image)["platforms"]] == [2, 0]
    for policy in POLICIES:
        assert denials(run, engine, world.question([image]), policy)


def test_a_malleable_copy_of_a_withdrawn_signature(run: Run, engine: str, world: World) -> None:
    over = digest(world)
    world.attach(world.sign("wabbit-networks", over, f"{WABBIT}/net-monitor:v1"))
    original = world.sign("acme-rockets", over, f"{NAME}:v1")
    world.attach(malleated(original))
    assert denials(run, engine, world.question([f"{NAME}@{over}"])) == []
    withdraw(run, world, original)
    for policy in POLICIES:
        assert denials(run, engine, world.question([f"{NAME}@{over}"]), policy)


def test_duplicates_to_reach_a_count(run: Run, engine: str, world: World) -> None:
    over = digest(world)
    original = world.sign("acme-rockets", over, f"{NAME}:v1")
    world.attach(original)
    world.attach(malleated(original))
    image = f"{NAME}@{over}"
    (signature,) = world.claims(image)["signatures"]
    assert len(signature["digests"]) == 2
    assert denials(run, engine, world.question([image, image]), "required_signers")


def test_a_withdrawn_signature_deleted(run: Run, engine: str, world: World) -> None:
    over = digest(world)
    world.attach(world.sign("acme-rockets", over, f"{NAME}:v1"))
    withdraw(run, world, world.sign("wabbit-networks", over, f"{WABBIT}/net-monitor:v1"))
    claims = world.claims(f"{NAME}@{over}")
    assert (claims["invalidated"], claims["coverage"]["complete"]) == ([], True)
    assert denials(run, engine, world.question([f"{NAME}@{over}"]), "required_signers")


@pytest.mark.parametrize("name", [f'x", "ca:acme-rockets/{ACME}', f"{ACME}\0", f"{ACME}\n", f"x\n{ACME}"])
def test_a_cn_with_quotes_nul_and_newlines(run: Run, engine: str, world: World, name: str) -> None:
    over = digest(world)
    world.signer("acme-rockets", name, san=ACME)  # even when acme's own CA issued it
    world.attach(world.sign("acme-rockets", over, f"{NAME}:v1"))
    world.attach(world.sign("wabbit-networks", over, f"{WABBIT}/net-monitor:v1"))
    claims = world.claims(f"{NAME}@{over}")
    assert name in {one["signer"]["cn"] for one in claims["signatures"]}
    for policy in POLICIES:
        found = denials(run, engine, world.question([f"{NAME}@{over}"]), policy)
        assert [one["image"] for one in found] == [f"{NAME}@{over}"]


MALFORMED: list[dict[str, Any]] = json.loads((ROOT / "tests/rego_data/malformed_questions.json").read_text())


@pytest.mark.parametrize("case", MALFORMED[::12], ids=lambda case: case["why"])
def test_a_malformed_question(run: Run, engine: str, tmp_path: Path, case: dict[str, Any]) -> None:
    path = tmp_path / "question.json"
    path.write_text(json.dumps(case["question"]))
    if not isinstance(case["question"], dict):
        assert run("evaluate", "--policy", "sigclaims:required_signers", "--input", path).code == 2
        return
    for policy in POLICIES:
        assert denials(run, engine, path, policy)


def test_no_signers_at_all(run: Run, engine: str, world: World) -> None:
    image = signed_by_both(world)
    unusable: list[dict[str, Any]] = [
        {"signers": {}},
        {"signers": None},
        {"signers": {ACME: []}},
        {"signers": SIGNERS, "allow_tags": 1},
    ]
    for parameters in unusable:
        question = world.question([image], **parameters)
        for policy in POLICIES:
            assert denials(run, engine, question, policy)
