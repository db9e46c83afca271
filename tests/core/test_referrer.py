"""Signatures are found in every form they were stored in, and no manifest makes more work than it is large."""

import pytest

from provider import oci
from provider.errors import Unavailable
from provider.oci import Descriptor, Manifest
from provider.source.referrer import signed_manifests
from tests.core.hostile import LEAF
from tests.core.pki import (
    JSON_TYPE,
    JWT_TYPE,
    MANIFEST,
    Json,
    compact,
    described,
    digest_of,
    image_index,
    json_form,
    jwt,
    numbered_manifest,
    referrer,
)


def never(_: Descriptor) -> bytes:
    raise AssertionError("no blob need be read")


def signed(manifest: bytes | Manifest, *blobs: bytes) -> dict[str, list[str]]:
    by_digest = {digest_of(blob): blob for blob in blobs}
    read = (lambda one: by_digest[one.digest]) if blobs else never
    parsed = oci.parse(manifest) if isinstance(manifest, bytes) else manifest
    return {over: [one.digest for one in found] for over, found in signed_manifests(parsed, read).items()}


def test_a_subject_names_what_is_signed() -> None:
    envelope = described(b"envelope", JWT_TYPE)
    assert signed(referrer(envelope, described(MANIFEST))) == {digest_of(MANIFEST): [envelope["digest"]]}
    layers = [described(b"1", JWT_TYPE), described(b"2", JSON_TYPE), described(b"3", "text/plain")]
    found = signed(referrer(described(b"{}", "text/plain"), described(MANIFEST), layers=layers))
    assert found == {digest_of(MANIFEST): [digest_of(b"1"), digest_of(b"2")]}


def test_an_artifact_manifest_with_a_subject_is_read_too() -> None:
    body: Json = {
        "mediaType": oci.ARTIFACT_MANIFEST,
        "artifactType": "application/vnd.cncf.notary.v2",
        "blobs": [described(b"1", JWT_TYPE)],
        "subject": described(MANIFEST),
    }
    assert signed(compact(body)) == {digest_of(MANIFEST): [digest_of(b"1")]}


def test_an_index_with_a_signature_as_config_signs_what_it_lists() -> None:
    index = image_index(described(MANIFEST), described(b"other"), config=described(b"1", JWT_TYPE))
    assert signed(index) == {digest_of(MANIFEST): [digest_of(b"1")], digest_of(b"other"): [digest_of(b"1")]}


def test_a_bare_signature_names_what_it_signs() -> None:
    for envelope, media_type in ((jwt(LEAF), JWT_TYPE), (json_form(LEAF), JSON_TYPE)):
        bare = referrer(described(envelope, media_type), None)
        assert signed(bare, envelope) == {digest_of(MANIFEST): [digest_of(envelope)]}


def test_a_bare_signature_that_is_none_names_nothing() -> None:
    assert signed(referrer(described(b"junk", JWT_TYPE), None), b"junk") == {}


def test_of_a_bare_manifest_the_config_alone_is_a_signature() -> None:
    one, other = jwt(LEAF), jwt(LEAF, numbered_manifest(1))
    bare = referrer(
        described(one, JWT_TYPE), None, layers=[described(other, JWT_TYPE), described(json_form(LEAF), JSON_TYPE)]
    )
    assert signed(bare, one, other, json_form(LEAF)) == {digest_of(MANIFEST): [digest_of(one)]}


def test_a_manifest_without_signatures_carries_none() -> None:
    assert signed(MANIFEST) == {}
    assert signed(referrer(described(b"{}", "text/plain"), described(MANIFEST))) == {}
    assert signed(image_index(described(MANIFEST))) == {}


def test_what_reading_a_blob_raises_is_let_through() -> None:
    def broken(_: Descriptor) -> bytes:
        raise Unavailable("blob_unavailable", "missing")

    with pytest.raises(Unavailable, match="missing"):
        signed_manifests(oci.parse(referrer(described(b"1", JWT_TYPE), None)), broken)


def test_a_bare_manifest_makes_a_bounded_number_of_blobs_be_read() -> None:
    # Four megabytes of manifest name one blob of a megabyte twenty thousand times: that must not be twenty gigabytes.
    envelope = jwt(LEAF)
    layers = [described(envelope, JWT_TYPE)] * 5000
    reads: list[str] = []

    def read(one: Descriptor) -> bytes:
        reads.append(one.digest)
        return envelope

    found = signed_manifests(oci.parse(referrer(described(envelope, JWT_TYPE), None, layers=layers)), read)
    assert set(found) == {digest_of(MANIFEST)}
    assert len(reads) <= 100
