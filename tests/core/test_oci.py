"""Manifests and descriptors are read strictly or malformed, with their bytes kept."""

import pytest
from hypothesis import given

from provider import oci
from provider.claims import Platform
from provider.oci import Descriptor
from provider.strict import Malformed
from tests.core import mutation
from tests.core.mutation import outcome
from tests.core.pki import JSON_TYPE, JWT_TYPE, MANIFEST, Json, compact, described, digest_of, image_index, referrer

PLATFORM = {"os": "linux", "architecture": "arm", "variant": "v7", "os.version": "1", "features": []}
FULL = {
    "schemaVersion": 2,
    "mediaType": oci.IMAGE_INDEX,
    "artifactType": "a",
    "subject": described(MANIFEST),
    "config": described(b"{}", JWT_TYPE),
    "layers": [described(b"l", annotations={"a": "b"})],
    "blobs": [described(b"b")],
    "manifests": [described(MANIFEST, platform=PLATFORM)],
}


def test_what_a_manifest_links_to_is_read() -> None:
    read = oci.parse(compact(FULL))
    assert read.content.data == compact(FULL)
    assert (read.content.digest, read.content.size) == (digest_of(compact(FULL)), len(compact(FULL)))
    assert (read.content.media_type, read.content.declared) == (oci.IMAGE_INDEX, oci.IMAGE_INDEX)
    assert read.content.is_index
    assert read.content.ambiguous
    assert read.subject == Descriptor(oci.IMAGE_MANIFEST, digest_of(MANIFEST), len(MANIFEST))
    assert read.config is not None
    assert read.config.media_type == JWT_TYPE
    assert [one.digest for one in read.blobs] == [digest_of(b"l"), digest_of(b"b")]
    assert read.blobs[0].annotations == {"a": "b"}
    assert read.manifests[0].platform == Platform(os="linux", architecture="arm", variant="v7", os_version="1")


def test_what_is_absent_or_null_is_absent() -> None:
    for body in ({}, dict.fromkeys(["subject", "config", "layers", "blobs", "manifests", "mediaType"])):
        read = oci.parse(compact(body))
        assert (read.subject, read.config, read.blobs, read.manifests) == (None, None, (), ())
        assert read.content.declared is None


@pytest.mark.parametrize(
    ("body", "given_type", "expected"),
    [
        ({}, None, oci.IMAGE_MANIFEST),
        ({"manifests": []}, None, oci.IMAGE_INDEX),
        ({"mediaType": oci.DOCKER_MANIFEST}, None, oci.DOCKER_MANIFEST),
        ({"mediaType": oci.DOCKER_MANIFEST}, oci.IMAGE_MANIFEST, oci.IMAGE_MANIFEST),
    ],
)
def test_the_media_type_is_the_sources_then_the_bodys_then_the_shapes(
    body: Json, given_type: str | None, expected: str
) -> None:
    content = oci.identify(compact(body), given_type)
    assert content.media_type == expected
    assert content.declared == body.get("mediaType")


def test_a_digest_that_was_asked_for_is_kept() -> None:
    sha512 = "sha512:" + "0a" * 64
    assert oci.identify(MANIFEST, digest=sha512).digest == sha512


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b'"text"',
        b"null",
        b"\xff",
        b'{"a":1,"a":1}',
        b'{"mediaType":5}',
        b'{"mediaType":[]}',
        b"{",
        b"[" * 9999,
    ],
)
def test_what_is_no_json_object_is_malformed(data: bytes) -> None:
    for read in (oci.parse, oci.identify):
        with pytest.raises(Malformed):
            read(data)


@pytest.mark.parametrize(
    "changes",
    [
        {"mediaType": ...},
        {"mediaType": None},
        {"mediaType": 5},
        {"digest": ...},
        {"digest": "sha256:"},
        {"digest": "sha256:" + "0A" * 32},
        {"digest": "sha256:../../" + "a" * 58},
        {"digest": "sha256:" + "0a" * 31 + "/."},
        {"digest": "md5:" + "0a" * 16},
        {"digest": 5},
        {"digest": ["sha256:" + "0a" * 32]},
        {"size": ...},
        {"size": -1},
        {"size": True},
        {"size": "7"},
        {"size": 2**53},
        {"annotations": []},
        {"annotations": {"a": 5}},
        {"annotations": {"a": None}},
        {"annotations": "a"},
    ],
    ids=str,
)
def test_a_descriptor_of_the_wrong_kind_is_malformed(changes: dict[str, Json]) -> None:
    changed = {name: value for name, value in {**described(MANIFEST), **changes}.items() if value is not ...}
    if changed.get("annotations") == []:
        assert oci.descriptor(changed).annotations == {}  # nothing is nothing, whichever brackets it has
        return
    with pytest.raises(Malformed):
        oci.descriptor(changed)
    for member in ("subject", "config"):
        with pytest.raises(Malformed):
            oci.parse(compact({member: changed}))
    for member in ("layers", "blobs", "manifests"):
        with pytest.raises(Malformed):
            oci.parse(compact({member: [changed]}))


@pytest.mark.parametrize("value", [5, "a", {}, True], ids=str)
def test_a_list_of_descriptors_is_a_list(value: Json) -> None:
    for member in ("layers", "blobs", "manifests"):
        with pytest.raises(Malformed):
            oci.parse(compact({member: value}))
        with pytest.raises(Malformed):
            oci.parse(compact({member: [value]}))


@pytest.mark.parametrize(
    "platform", [None, 5, [], {}, {"os": "linux"}, {"architecture": "arm"}, {"os": 5, "architecture": "arm"}], ids=str
)
def test_a_platform_that_names_no_system_is_none(platform: Json) -> None:
    assert oci.descriptor(described(b"", platform=platform)).platform is None


def test_signatures_are_found_by_media_type_in_config_and_layers() -> None:
    read = oci.parse(
        referrer(described(b"1", JWT_TYPE), None, layers=[described(b"2", JSON_TYPE), described(b"3", "text/plain")])
    )
    found = oci.signature_blobs(read, frozenset({JWT_TYPE, JSON_TYPE}))
    assert [one.digest for one in found] == [digest_of(b"1"), digest_of(b"2")]
    assert oci.signature_blobs(read, frozenset()) == ()


@mutation.SOME
@given(mutation.changed_json(FULL))
def test_a_spoilt_manifest_is_read_or_malformed_and_twice_the_same_way(data: bytes) -> None:
    first = outcome(lambda: oci.parse(data))
    assert first == outcome(lambda: oci.parse(data))
    assert first[0] in {"value", "malformed"}


@mutation.SOME
@given(mutation.changed_bytes(image_index(described(MANIFEST), annotations={"a": "b"})))
def test_spoilt_bytes_are_read_or_malformed(data: bytes) -> None:
    kind, read = outcome(lambda: oci.parse(data))
    assert kind == "malformed" or (isinstance(read, oci.Manifest) and read.content.data == data)


@mutation.SOME
@given(mutation.JSON)
def test_any_value_is_a_descriptor_or_malformed(value: Json) -> None:
    kind, _ = outcome(lambda: oci.descriptor(value))
    assert kind == "malformed"
