"""An attached signature is found where a reader looks; a second time changes nothing, and a failure leaves no half."""

import json
import threading
from pathlib import Path
from typing import get_args

import pytest

from provider import oci, reference
from provider.errors import Refused
from provider.source.attach import Storage, attach
from provider.source.layout import LayoutSource
from tests.core.folders import KINDS, hostile, mode, public_folder, unprivileged
from tests.core.hostile import LEAF
from tests.core.mutation import outcome
from tests.core.pki import (
    JSON_TYPE,
    JWT_TYPE,
    MANIFEST,
    NAME,
    Json,
    Layout,
    compact,
    digest_of,
    image_index,
    json_form,
    jwt,
    numbered_manifest,
)


@pytest.fixture
def made(tmp_path: Path) -> Layout:
    built = Layout(tmp_path / "layout")
    built.tag(MANIFEST, "v1")
    return built


def source(built: Layout) -> LayoutSource:
    return LayoutSource("layout", built.folder, (NAME,))


def found(built: Layout, manifest: bytes = MANIFEST) -> list[tuple[bytes, str | None]]:
    answer = source(built).signatures(NAME, digest_of(manifest))
    assert answer.status == "answered"
    return [(one.data, one.media_type) for one in answer.envelopes]


def index(built: Layout) -> Json:
    return json.loads((built.folder / "index.json").read_bytes())


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refusal(built: Layout, envelope: bytes) -> Refused:
    before = files(built.folder)
    with pytest.raises(Refused) as raised:
        attach(built.folder, envelope)
    assert files(built.folder) == before
    return raised.value


@pytest.mark.parametrize(("envelope", "media_type"), [(jwt(LEAF), JWT_TYPE), (json_form(LEAF), JSON_TYPE)])
def test_what_is_attached_is_found_and_its_image_still_is(made: Layout, envelope: bytes, media_type: str) -> None:
    digest = attach(made.folder, envelope)
    assert found(made) == [(envelope, media_type)]
    assert index(made)["manifests"][-1]["digest"] == digest
    assert source(made).fetch(reference.normalise(f"{NAME}:v1"))


def test_the_referrer_is_the_form_of_oci_1_1(made: Layout) -> None:
    body = json.loads(made.path(attach(made.folder, jwt(LEAF))).read_bytes())
    assert body == {
        "schemaVersion": 2,
        "mediaType": oci.IMAGE_MANIFEST,
        "artifactType": "application/vnd.cncf.notary.v2",
        "config": {"mediaType": JWT_TYPE, "digest": digest_of(jwt(LEAF)), "size": len(jwt(LEAF))},
        "layers": [],
        "subject": {"mediaType": oci.IMAGE_MANIFEST, "digest": digest_of(MANIFEST), "size": len(MANIFEST)},
    }


@pytest.mark.parametrize("storage", get_args(Storage))
def test_every_form_of_storage_is_found_and_a_second_time_changes_nothing(made: Layout, storage: Storage) -> None:
    first = attach(made.folder, jwt(LEAF), storage)
    assert found(made) == [(jwt(LEAF), JWT_TYPE)]
    before = files(made.folder)
    assert attach(made.folder, jwt(LEAF), storage) == first
    assert files(made.folder) == before


def test_one_signature_in_every_form_is_one_signature(made: Layout) -> None:
    for storage in get_args(Storage):
        attach(made.folder, jwt(LEAF), storage)
    assert found(made) == [(jwt(LEAF), JWT_TYPE)]
    listed = {entry["digest"]: entry for entry in index(made)["manifests"]}
    assert len(listed) == 5
    for digest, entry in listed.items():
        assert json.loads(made.path(digest).read_bytes())["mediaType"] == entry["mediaType"]


def test_a_reader_sees_a_new_signature_at_once(made: Layout) -> None:
    asked = source(made)
    for number in range(3):
        assert asked.signatures(NAME, digest_of(MANIFEST)).count == number
        attach(made.folder, jwt(LEAF, iat=number))
    assert asked.signatures(NAME, digest_of(MANIFEST)).count == 3


def test_an_image_below_an_index_can_be_signed(made: Layout) -> None:
    made.add(image_index(made.blob(numbered_manifest(1))), oci.IMAGE_INDEX)
    attach(made.folder, jwt(LEAF, numbered_manifest(1)))
    assert len(found(made, numbered_manifest(1))) == 1


def test_what_stood_in_the_index_stays(made: Layout) -> None:
    made.replace_index(compact({**index(made), "annotations": {"é": "b"}, "artifactType": "a"}))
    before = index(made)
    attach(made.folder, jwt(LEAF))
    after = index(made)
    assert after["manifests"][: len(before["manifests"])] == before["manifests"]
    assert {name: after[name] for name in before if name != "manifests"} == {
        name: value for name, value in before.items() if name != "manifests"
    }


@pytest.mark.parametrize("envelope", [b"", b"junk", jwt(LEAF)[:-1], b'{"signed":{}}'])
def test_what_is_no_signature_is_refused(made: Layout, envelope: bytes) -> None:
    assert refusal(made, envelope).code == "sign_refused"


def test_a_signature_over_another_image_is_refused(made: Layout) -> None:
    assert refusal(made, jwt(LEAF, numbered_manifest(9))).code == "sign_refused"


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"manifests":{}}', b'{"manifests":"x"}', b"\xff"])
def test_a_folder_with_a_broken_index_is_refused(made: Layout, data: bytes) -> None:
    made.replace_index(data)
    assert refusal(made, jwt(LEAF)).code == "layout_invalid"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *(("index.json", kind) for kind in ("missing", *KINDS)),
        *(("oci-layout", kind) for kind in ("missing", "folder", "loop", "dangling")),
    ],
)
def test_a_folder_that_is_no_layout_is_refused(made: Layout, name: str, kind: str) -> None:
    (made.folder / name).unlink()
    if kind != "missing":
        hostile(kind, made.folder / name)
    with pytest.raises(Refused) as raised:
        attach(made.folder, jwt(LEAF))
    assert raised.value.code == "layout_invalid"


def test_a_fifo_in_place_of_the_marker_is_not_waited_for(made: Layout) -> None:
    marker = made.folder / "oci-layout"
    marker.unlink()
    hostile("fifo", marker)
    ended: list[str] = []

    def try_it() -> None:
        ended.append(outcome(lambda: attach(made.folder, jwt(LEAF)))[0])

    thread = threading.Thread(target=try_it)
    thread.start()
    thread.join(3)
    waits = thread.is_alive()
    if waits:
        with marker.open("wb"):
            thread.join()
    assert (waits, ended) == (False, ["layout_invalid"])


def test_a_broken_image_is_refused(made: Layout) -> None:
    made.path(digest_of(MANIFEST)).write_bytes(b"{}")
    with pytest.raises(Refused) as raised:
        attach(made.folder, jwt(LEAF))
    assert raised.value.code in {"layout_invalid", "sign_refused"}
    assert len(index(made)["manifests"]) == 1


def test_a_layout_that_may_not_be_written_is_refused_and_stays_whole() -> None:
    with public_folder() as folder:
        built = Layout(folder / "layout")
        built.tag(MANIFEST, "v1")
        before = files(built.folder)
        blobs = built.folder / "blobs"
        with mode(0o555, blobs / "sha256", blobs, built.folder), unprivileged(), pytest.raises(Refused) as raised:
            attach(built.folder, jwt(LEAF))
        assert raised.value.code in {"file_unwritable", "layout_invalid"}
        assert files(built.folder) == before


def test_a_spoilt_blob_in_the_way_is_no_reason_to_say_that_it_is_attached(made: Layout) -> None:
    made.path(digest_of(jwt(LEAF))).write_bytes(b"half copied")
    try:
        attach(made.folder, jwt(LEAF))
    except Refused:
        return
    assert found(made) == [(jwt(LEAF), JWT_TYPE)]


def test_signatures_that_are_attached_at_once_are_all_found(made: Layout) -> None:
    envelopes = [jwt(LEAF, iat=number) for number in range(12)]
    threads = [threading.Thread(target=attach, args=(made.folder, envelope)) for envelope in envelopes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {data for data, _ in found(made)} == set(envelopes)
