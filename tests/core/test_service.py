"""From a name to a document: whatever a source is like, the others' answers stand, and nothing unknown looks known."""

import base64
import json
import os
import tracemalloc
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from provider import document, oci, schema
from provider.claims import Document
from provider.errors import Refused, Unavailable
from provider.service import MAX_PLATFORMS, ClaimsService
from provider.source import Source
from provider.source.files import FilesSource
from provider.source.layout import LayoutSource
from tests.core.folders import KINDS, hostile
from tests.core.hostile import LEAF, ROOT
from tests.core.mutation import outcome
from tests.core.pki import (
    AT,
    HOST,
    JWT_TYPE,
    MANIFEST,
    NAME,
    Json,
    Layout,
    compact,
    described,
    digest_of,
    image_index,
    jwt,
    moment,
    numbered_manifest,
    referrer,
    trusting,
    write_files,
)

VALIDATOR = jsonschema.Draft202012Validator(schema.schema("claims.json"))
IMAGE = f"{NAME}@{digest_of(MANIFEST)}"
ARM = {"os": "linux", "architecture": "arm64"}


def asked(image: str, *sources: Source, at: int = AT) -> Document:
    """The document, which is valid under its schema whatever the sources were like."""
    made = ClaimsService(sources, lambda: trusting(ROOT), lambda: at, 3600).document(image)
    read = json.loads(document.encode(made))
    VALIDATOR.validate(read)
    assert msgspec.json.decode(document.encode(made), type=Document) == made
    assert len(document.encode(made)) <= 64 * 1024
    return made


def layout(built: Layout, name: str = "layout", *repositories: str) -> LayoutSource:
    return LayoutSource(name, built.folder, repositories or (NAME,))


def files(folder: Path, name: str = "files") -> FilesSource:
    return FilesSource(name, folder, (NAME,))


def codes(made: Document) -> list[str]:
    return [problem.code for problem in made.problems]


def covered(made: Document) -> list[tuple[str, str, int]]:
    return [(one.name, one.status, one.found) for one in made.coverage.sources]


@pytest.fixture
def built(tmp_path: Path) -> Layout:
    made = Layout(tmp_path / "layout")
    made.tag(MANIFEST, "v1")
    made.sign(jwt(LEAF))
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    encoded = digest_of(MANIFEST)[7:]
    return write_files(
        tmp_path / "files", {f"{encoded}.manifest.json": MANIFEST, f"{encoded}.other.jwt": jwt(LEAF, iat=1)}
    )


def test_a_signed_image_has_its_signature_by_tag_and_by_digest(built: Layout) -> None:
    by_tag, by_digest = asked(f"{NAME}:v1", layout(built)), asked(IMAGE, layout(built))
    assert len(by_tag.signatures) == 1
    assert by_tag.signatures == by_digest.signatures
    subject = by_tag.subject
    assert (subject.reference, subject.registry, subject.repository) == (f"{NAME}:v1", HOST, "net-monitor")
    assert (subject.tag, subject.resolved_from) == ("v1", "tag")
    assert (subject.digest, subject.size, subject.media_type) == (
        digest_of(MANIFEST),
        len(MANIFEST),
        oci.IMAGE_MANIFEST,
    )
    assert (by_digest.subject.tag, by_digest.subject.resolved_from) == (None, "digest")
    assert covered(by_tag) == [("layout", "answered", 1)]
    assert by_tag.coverage.complete


def test_a_tag_beside_a_digest_is_dropped(built: Layout) -> None:
    assert asked(f"{NAME}:v9@{digest_of(MANIFEST)}", layout(built)) == asked(IMAGE, layout(built))


def test_a_short_name_is_asked_for_by_its_whole_one(built: Layout) -> None:
    source = layout(built, "layout", "docker.io/library/net-monitor")
    assert asked("net-monitor:v1", source).subject.reference == "docker.io/library/net-monitor:v1"


def test_the_clock_and_the_trust_are_asked_once_a_document(built: Layout) -> None:
    calls: list[str] = []

    def now() -> int:
        calls.append("now")
        return AT

    def trust() -> Any:  # noqa: ANN401
        calls.append("trust")
        return trusting(ROOT)

    ClaimsService([layout(built), layout(built, "b")], trust, now, 60).document(f"{NAME}:v1")
    assert sorted(calls) == ["now", "trust"]


def test_an_image_without_signatures_is_an_answer(built: Layout) -> None:
    built.tag(numbered_manifest(1), "v2")
    made = asked(f"{NAME}:v2", layout(built))
    assert (made.signatures, made.problems, made.coverage.complete) == ((), (), True)
    assert made.subject.digest == digest_of(numbered_manifest(1))


@pytest.mark.parametrize("image", [f"{NAME}:v9", f"{NAME}@{digest_of(b'')}", NAME])
def test_an_unknown_manifest_is_an_answer_without_a_digest(built: Layout, folder: Path, image: str) -> None:
    made = asked(image, layout(built), files(folder))
    assert codes(made) == ["manifest_unknown"]
    subject = made.subject
    assert (subject.digest, subject.size, subject.media_type, subject.resolved_from) == (None, None, None, None)
    assert subject.registry == HOST
    assert (made.signatures, made.invalidated, made.rejected.count, made.platforms) == ((), (), 0, ())
    assert covered(made) == [("layout", "answered", 0), ("files", "answered", 0)]
    assert moment(made.valid_until) == AT + 30


def test_a_repository_that_is_not_configured_is_refused(built: Layout) -> None:
    for image in (f"{HOST}/other:v1", "nginx", "evil.example/net-monitor:v1"):
        with pytest.raises(Refused) as raised:
            asked(image, layout(built))
        assert raised.value.code == "registry_not_allowed"
    with pytest.raises(Refused):
        asked(IMAGE)


def test_a_malformed_name_is_refused_before_anything_is_asked(built: Layout) -> None:
    with pytest.raises(Refused) as raised:
        asked("Not A Name", layout(built))
    assert raised.value.code == "reference_malformed"


# Several sources.


def test_signatures_of_all_sources_stand_in_one_document(built: Layout, folder: Path) -> None:
    made = asked(IMAGE, layout(built), files(folder))
    assert {(one.source, one.digest) for one in made.signatures} == {
        ("layout", digest_of(jwt(LEAF))),
        ("files", digest_of(jwt(LEAF, iat=1))),
    }
    assert covered(made) == [("layout", "answered", 1), ("files", "answered", 1)]


@pytest.mark.parametrize("position", [0, 1])
def test_a_failed_source_costs_its_own_answer_alone(built: Layout, folder: Path, position: int) -> None:
    (built.folder / "index.json").write_bytes(b"{")
    sources: list[Source] = [files(folder)]
    sources.insert(position, layout(built))
    made = asked(IMAGE, *sources)
    assert [one.source for one in made.signatures] == ["files"]
    assert sorted(covered(made)) == [("files", "answered", 1), ("layout", "failed", 0)]
    assert codes(made) == ["source_failed"]
    assert not made.coverage.complete
    assert moment(made.valid_until) == AT + 30


def test_a_source_whose_manifest_is_broken_is_failed_though_another_knows_it(built: Layout, folder: Path) -> None:
    built.path(digest_of(MANIFEST)).write_bytes(b"{}")
    made = asked(IMAGE, layout(built), files(folder))
    assert made.subject.digest == digest_of(MANIFEST)
    assert len(made.signatures) == 2
    assert [status for name, status, _ in covered(made) if name == "layout"] == ["failed"]
    assert not made.coverage.complete


def test_without_a_digest_from_anybody_a_failure_is_a_failure(built: Layout, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (built.folder / "index.json").write_bytes(b"{")
    for sources in ([layout(built)], [layout(built), files(tmp_path / "empty")]):
        with pytest.raises(Unavailable) as raised:
            asked(f"{NAME}:v1", *sources)
        assert raised.value.code == "registry_failed"
        made = asked(IMAGE, *sources)
        subject = made.subject
        assert (subject.digest, subject.size, subject.resolved_from) == (digest_of(MANIFEST), None, "digest")
        assert (made.coverage.complete, made.signatures) == (False, ())
        assert codes(made) == ["source_failed"]


@pytest.mark.parametrize("how", ["missing", "other bytes", *KINDS])
@pytest.mark.parametrize("by", ["tag", "digest"])
def test_a_manifest_that_is_known_but_broken_is_not_called_unknown(built: Layout, how: str, by: str) -> None:
    path = built.path(digest_of(MANIFEST))
    path.unlink()
    if how == "other bytes":
        path.write_bytes(bytes(len(MANIFEST)))
    elif how != "missing":
        hostile(how, path)
    kind, made = outcome(lambda: asked(f"{NAME}:v1" if by == "tag" else IMAGE, layout(built)))
    if isinstance(made, Document):
        assert "manifest_unknown" not in codes(made)
        assert not made.coverage.complete
    assert kind in {"value", "registry_failed"}


def test_a_source_that_fails_between_manifest_and_signatures_is_said_to_have(built: Layout, folder: Path) -> None:
    encoded = digest_of(MANIFEST)[7:]
    (folder / f"{encoded}.b.jwt").mkdir()
    made = asked(IMAGE, layout(built), files(folder))
    assert covered(made) == [("layout", "answered", 1), ("files", "failed", 2)]
    assert len(made.signatures) == 2


def test_two_sources_with_the_same_envelope_count_it_each_and_state_it_once(built: Layout) -> None:
    made = asked(IMAGE, layout(built, "b"), layout(built, "a"))
    assert [one.source for one in made.signatures] == ["a"]
    assert covered(made) == [("b", "answered", 1), ("a", "answered", 1)]


def test_the_order_in_a_layout_changes_no_byte(built: Layout) -> None:
    for number in range(6):
        built.sign(jwt(LEAF, iat=number))
    one = asked(IMAGE, layout(built))
    built.entries.reverse()
    built.write()
    assert asked(IMAGE, layout(built)) == one


# Hostile content, end to end.


def test_three_hundred_signatures_are_counted_and_cut(built: Layout) -> None:
    for number in range(300):
        built.entries.append(built.blob(referrer(built.blob(b"junk %d" % number, JWT_TYPE), described(MANIFEST))))
    built.write()
    made = asked(IMAGE, layout(built))
    assert covered(made) == [("layout", "truncated", 301)]
    assert made.rejected.count + len(made.signatures) == 100
    assert codes(made) == ["limit_reached"]
    assert not made.coverage.complete


def test_a_signature_of_ten_megabytes_is_one_rejection(built: Layout, folder: Path) -> None:
    large = b"x" * 10_000_000
    built.sign(large)
    write_files(folder, {f"{digest_of(MANIFEST)[7:]}.large.jwt": large})
    made = asked(IMAGE, layout(built), files(folder))
    assert made.rejected.by_code == {"envelope_too_large": 1}
    assert made.rejected.first[0].digest == digest_of(large)
    assert len(made.signatures) == 2
    assert made.coverage.complete


@pytest.mark.parametrize("count", [100, 1000])
def test_a_layout_full_of_broken_entries_makes_a_document_all_the_same(built: Layout, count: int) -> None:
    built.list(*[described(numbered_manifest(number)) for number in range(100, 100 + count)])
    made = asked(IMAGE, layout(built))
    assert len(made.signatures) == 1
    assert covered(made) == [("layout", "failed", 1)]


def test_a_manifest_with_an_endless_media_type_makes_a_document_all_the_same(folder: Path) -> None:
    manifest = compact({"mediaType": "x" * 70_000, "layers": []})
    write_files(folder, {f"{digest_of(manifest)[7:]}.manifest.json": manifest})
    kind, _ = outcome(lambda: asked(f"{NAME}@{digest_of(manifest)}", files(folder)))
    assert kind in {"value", "registry_failed"}


def test_a_file_name_that_is_no_text_makes_a_document_all_the_same(folder: Path) -> None:
    name = os.fsdecode(digest_of(MANIFEST)[7:].encode() + b".\xff.jwt")
    (folder / name).symlink_to("nowhere")
    made = asked(IMAGE, files(folder))
    assert (len(made.signatures), covered(made)) == (1, [("files", "failed", 2)])


def test_an_envelope_named_by_sha_512_that_is_too_large_makes_a_document_all_the_same(built: Layout) -> None:
    link = {"mediaType": JWT_TYPE, "digest": "sha512:" + "0a" * 64, "size": 2_000_000}
    built.add(referrer(link, described(MANIFEST)))
    made = asked(IMAGE, layout(built))
    assert len(made.signatures) == 1


def test_a_certificate_of_no_version_makes_a_document_all_the_same(built: Layout) -> None:
    place = LEAF.der.index(bytes.fromhex("a003020102"))
    der = LEAF.der[: place + 4] + b"\x05" + LEAF.der[place + 5 :]
    built.sign(jwt(LEAF, header={"x5c": [base64.b64encode(der).decode()]}))
    made = asked(IMAGE, layout(built))
    assert (len(made.signatures), made.rejected.by_code) == (1, {"certificate_malformed": 1})


def test_signatures_that_are_too_large_take_no_room_of_their_size(built: Layout) -> None:
    # Links of two hundred bytes to a megabyte each, for every platform: the size alone is enough to reject them.
    children = [numbered_manifest(number) for number in range(12)]
    indexed(built, *[built.blob(child) for child in children])
    large = [{**described(b"%d" % number, JWT_TYPE), "size": 2_000_000} for number in range(12)]
    for child in children:
        built.entries += [built.blob(referrer(link, described(child))) for link in large]
    built.write()
    source = layout(built)
    tracemalloc.start()
    try:
        made = asked(f"{NAME}:index", source)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert [one.rejected.by_code for one in made.platforms] == [{"envelope_too_large": 12}] * 12
    assert peak < 40_000_000


# Indexes.


def indexed(built: Layout, *children: dict[str, Json], tag: str = "index", **members: Json) -> bytes:
    index = image_index(*children, **members)
    built.tag(index, tag, oci.IMAGE_INDEX)
    return index


def test_each_manifest_of_an_index_has_signatures_of_its_own(built: Layout) -> None:
    child, other = numbered_manifest(1), numbered_manifest(2)
    index = indexed(built, built.blob(child, platform=ARM), built.blob(other))
    built.sign(jwt(LEAF, child), child)
    made = asked(f"{NAME}:index", layout(built))
    assert made.signatures == ()
    assert [(one.digest, one.size, len(one.signatures)) for one in made.platforms] == [
        (digest_of(child), len(child), 1),
        (digest_of(other), len(other), 0),
    ]
    platform = made.platforms[0].platform
    assert platform is not None
    assert (platform.os, platform.architecture) == ("linux", "arm64")
    assert made.platforms[1].platform is None
    assert made.coverage.complete
    built.sign(jwt(LEAF, index, mediaType=oci.IMAGE_INDEX), index)
    again = asked(f"{NAME}:index", layout(built))
    assert len(again.signatures) == 1
    assert again.platforms == made.platforms


def test_a_signature_over_a_platform_that_is_hung_on_the_index_is_rejected(built: Layout) -> None:
    child = numbered_manifest(1)
    index = indexed(built, built.blob(child))
    built.sign(jwt(LEAF, child), index)
    made = asked(f"{NAME}:index", layout(built))
    assert (made.signatures, made.rejected.count) == ((), 1)
    assert made.platforms[0].signatures == ()


def test_an_image_has_no_platforms(built: Layout) -> None:
    assert asked(IMAGE, layout(built)).platforms == ()


def test_a_platform_that_was_not_copied_is_a_problem_and_its_signatures_are_not_stated(built: Layout) -> None:
    absent, present = numbered_manifest(1), numbered_manifest(2)
    indexed(built, described(absent), built.blob(present))
    built.sign(jwt(LEAF, absent), absent)
    built.sign(jwt(LEAF, present), present)
    made = asked(f"{NAME}:index", layout(built))
    assert [len(one.signatures) for one in made.platforms] == [0, 1]
    assert codes(made) == ["blob_unavailable"]
    assert digest_of(absent) in made.problems[0].message
    assert moment(made.valid_until) == AT + 30


def test_a_platform_that_is_broken_leaves_the_document_incomplete(built: Layout) -> None:
    child = numbered_manifest(1)
    indexed(built, built.blob(child))
    built.sign(jwt(LEAF, child), child)
    built.path(digest_of(child)).write_bytes(b"{}")
    made = asked(f"{NAME}:index", layout(built))
    assert made.platforms[0].signatures == ()
    assert not made.coverage.complete
    assert "blob_unavailable" in codes(made)


def test_sixty_four_manifests_of_an_index_are_looked_at(built: Layout) -> None:
    children = [built.blob(numbered_manifest(number)) for number in range(70)]
    indexed(built, *children[:MAX_PLATFORMS], tag="all")
    made = asked(f"{NAME}:all", layout(built))
    assert (len(made.platforms), made.coverage.complete, codes(made)) == (64, True, [])
    indexed(built, *children, tag="more")
    made = asked(f"{NAME}:more", layout(built))
    assert (len(made.platforms), made.coverage.complete, codes(made)) == (64, False, ["limit_reached"])
    assert made.problems[0].retryable is False
    assert [one.digest for one in made.platforms] == [one["digest"] for one in children[:64]]


def test_an_index_in_an_index_is_listed_and_not_gone_into(built: Layout) -> None:
    inner = image_index(built.blob(numbered_manifest(1)))
    indexed(built, built.blob(inner, oci.IMAGE_INDEX))
    made = asked(f"{NAME}:index", layout(built))
    assert [one.digest for one in made.platforms] == [digest_of(inner)]


def test_an_index_that_is_signed_as_nv2_did_is_signed_below_and_not_itself(built: Layout) -> None:
    child = numbered_manifest(1)
    config = built.blob(jwt(LEAF, child), JWT_TYPE)
    indexed(built, built.blob(child), config=config)
    made = asked(f"{NAME}:index", layout(built))
    assert made.signatures == ()
    assert len(made.platforms[0].signatures) == 1


@pytest.mark.parametrize("wrong", [1, 2**53 - 1])
def test_a_platforms_size_is_that_of_its_bytes(built: Layout, wrong: int) -> None:
    child = numbered_manifest(1)
    built.add(child)
    built.sign(jwt(LEAF, child), child)
    indexed(built, {**described(child), "size": wrong})
    made = asked(f"{NAME}:index", layout(built))
    (platform,) = made.platforms
    assert platform.size == len(child) or (platform.signatures == () and "blob_unavailable" in codes(made))


def test_many_platforms_with_many_signatures_make_a_document_that_fits(built: Layout) -> None:
    children = [numbered_manifest(number) for number in range(64)]
    index = indexed(built, *[built.blob(child) for child in children])
    for child in children:
        for number in range(3):
            built.entries.append(
                built.blob(referrer(built.blob(jwt(LEAF, child, iat=number), JWT_TYPE), described(child)))
            )
    built.sign(jwt(LEAF, index, mediaType=oci.IMAGE_INDEX), index)
    made = asked(f"{NAME}:index", layout(built))
    assert len(made.signatures) == 1
    assert 0 < len(made.platforms) < 64
    assert codes(made) == ["document_truncated"]
    assert not made.coverage.complete
