"""Adding a format is a module and a row: one that is registered here is found through every surface."""

import json
import shutil
from pathlib import Path

import pytest

from provider import certificate, envelopes, strict
from provider.digest import sha256
from provider.envelopes import nv2
from provider.envelopes.envelope import Envelope, Format, Statement, malformed
from provider.sign import signing_key
from tests.conftest import Run
from tests.real_images import Images, entries
from tests.world import World

MEDIA_TYPE = "application/vnd.example.detached+json"
CN = "registry.example.com"


def parse(data: bytes) -> Envelope:
    """`{"over": <digest>, "size", "type", "sig", "cert"}`: a toy that signs the first three, joined by spaces."""
    try:
        members = strict.json_object(data, frozenset({"over", "size", "type", "sig", "cert"}))
        signed = f"{members['over']} {members['size']} {members['type']}".encode()
        return Envelope(
            format=TOY,
            algorithm="ES256",
            signed=signed,
            signature=strict.base64_standard(members["sig"]),
            certificates=(certificate.load(strict.base64_standard(members["cert"])),),
            key_id=None,
            statement=Statement(members["type"], members["over"], members["size"]),
        )
    except (strict.Malformed, KeyError) as error:
        raise malformed(str(error)) from error


TOY = Format(
    name="example.detached",
    media_types=(MEDIA_TYPE,),
    suffixes=("jws",),
    recognises=lambda data: data.startswith(b'{"over"'),
    parse=parse,
    algorithms={"P-256": frozenset({"ES256"})},
    jwk_algorithms={},
    store_type="ca",
    references_bound=False,
)


@pytest.fixture
def world(tmp_path: Path, images: Images, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(envelopes, "FORMATS", (TOY, *envelopes.FORMATS))
    monkeypatch.chdir(tmp_path)
    made = World(tmp_path)
    made.signer("example", CN)
    images.copy("image", made.layout)
    return made


@pytest.fixture
def signed(world: World) -> bytes:
    from base64 import b64encode  # noqa: PLC0415

    from jwcrypto.jwa import JWA  # noqa: PLC0415

    image = entries(world.layout)[0]
    signer = world.signers["example"]
    key = signing_key(signer.key_pem(), signer.certificate_pem())
    message = f"{image['digest']} {image['size']} {image['mediaType']}".encode()
    signature = JWA.signing_alg("ES256").sign(key.jwk, message)  # type: ignore[attr-defined]  # the stubs lack it
    members = {"over": image["digest"], "size": image["size"], "type": image["mediaType"]}
    text = {"sig": b64encode(signature).decode(), "cert": b64encode(key.chain[0].der).decode()}
    return json.dumps({**members, **text}).encode()


def test_it_is_verified_by_the_command_with_and_without_its_media_type(run: Run, world: World, signed: bytes) -> None:
    (world.folder / "toy.json").write_bytes(signed)
    digest = entries(world.layout)[0]["digest"]
    shutil.copy(world.layout / "blobs/sha256" / digest[7:], world.folder / "manifest.json")
    command = ("verify", "--signature", "toy.json", "--manifest", "manifest.json", "--trust", "trust")
    media_type = entries(world.layout)[0]["mediaType"]
    for more in ((), ("--media-type", MEDIA_TYPE)):
        result = run(*command, "--manifest-media-type", media_type, *more)
        (signature,) = json.loads(result.out)["signatures"]
        assert (result.code, signature["format"], signature["mediaType"]) == (0, "example.detached", MEDIA_TYPE)
        assert signature["referencesMatchSigner"] is None
    assert json.loads(run("inspect", "toy.json").out)["format"] == "example.detached"


def test_it_is_found_in_a_layout_and_in_a_folder_of_files(run: Run, world: World, signed: bytes) -> None:
    digest = entries(world.layout)[0]["digest"]
    world.attach(signed)
    claims = world.claims(f"{CN}/net-monitor@{digest}")
    assert [(one["format"], one["digest"]) for one in claims["signatures"]] == [("example.detached", sha256(signed))]
    folder = world.folder / "files"
    folder.mkdir()
    manifest = json.loads((world.layout / "blobs/sha256" / digest[7:]).read_bytes())
    assert manifest["config"]
    (folder / f"{digest[7:]}.toy.jws").write_bytes(signed)
    (folder / f"{digest[7:]}.manifest.json").write_bytes((world.layout / "blobs/sha256" / digest[7:]).read_bytes())
    (world.folder / "sigclaims.toml").write_text(
        f'[[source]]\nname = "files"\nkind = "files"\npath = "files"\nrepositories = ["{CN}/net-monitor"]\n'
    )
    found = json.loads(run("claims", f"{CN}/net-monitor@{digest}").out)
    assert [one["format"] for one in found["signatures"]] == ["example.detached"]


def test_the_other_formats_are_what_they_were(world: World) -> None:
    digest = entries(world.layout)[0]["digest"]
    for form in (nv2.JWT, nv2.JSON):
        data = world.sign("example", digest, f"{CN}/net-monitor:v1", form="nv2.jwt" if form is nv2.JWT else "nv2.json")
        assert envelopes.recognise(data, None) is form
