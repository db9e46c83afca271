"""A layout on disk is read as it is, whoever wrote it: what is broken is named, and the rest of it unharmed."""

import hashlib
import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given

from provider import oci, reference
from provider.envelopes import MAX_ENVELOPE
from provider.errors import Unavailable
from provider.oci import Manifest
from provider.source import MAX_SIGNATURES, Found, layout
from provider.source.layout import LayoutSource
from tests.core import mutation
from tests.core.folders import KINDS, hostile, mode, public_folder, unprivileged
from tests.core.hostile import LEAF
from tests.core.mutation import outcome
from tests.core.pki import (
    HOST,
    JSON_TYPE,
    JWT_TYPE,
    MANIFEST,
    NAME,
    Json,
    Layout,
    compact,
    described,
    digest_of,
    image_index,
    json_form,
    jwt,
    numbered_manifest,
    referrer,
)


@pytest.fixture
def made(tmp_path: Path) -> Layout:
    """A layout with a tagged image that is signed, and another image that is not."""
    built = Layout(tmp_path / "layout")
    built.tag(MANIFEST, "v1")
    built.sign(jwt(LEAF))
    built.tag(numbered_manifest(1), "v2")
    return built


def source(built: Layout, *repositories: str) -> LayoutSource:
    return LayoutSource("layout", built.folder, repositories or (NAME,))


def fetch(asked: LayoutSource, image: str) -> Manifest | None:
    return asked.fetch(reference.normalise(image))


def signatures(asked: LayoutSource, manifest: bytes = MANIFEST) -> Found:
    return asked.signatures(NAME, digest_of(manifest))


def unavailable(call: Callable[[], object]) -> Unavailable:
    with pytest.raises(Unavailable) as raised:
        call()
    return raised.value


def test_an_image_is_found_by_tag_and_by_digest(made: Layout) -> None:
    for image in (f"{NAME}:v1", f"{NAME}@{digest_of(MANIFEST)}", f"{NAME}:v9@{digest_of(MANIFEST)}"):
        found = fetch(source(made), image)
        assert found is not None
        assert (found.content.data, found.content.media_type) == (MANIFEST, oci.IMAGE_MANIFEST)


def test_what_is_not_there_is_not_known(made: Layout) -> None:
    assert fetch(source(made), f"{NAME}:v9") is None
    assert fetch(source(made), f"{NAME}@{digest_of(b'')}") is None
    assert fetch(source(made), f"{HOST}/other:v1") is None


def test_a_full_reference_in_the_layout_names_one_repository_of_several(made: Layout) -> None:
    made.add(numbered_manifest(3), annotations={oci.REF_NAME: f"{HOST}/other:v1"})
    asked = source(made, NAME, f"{HOST}/other")
    assert fetch(asked, f"{NAME}:v1") is None
    found = fetch(asked, f"{HOST}/other:v1")
    assert found is not None
    assert found.content.data == numbered_manifest(3)


def test_a_source_serves_the_repositories_that_it_is_configured_for(made: Layout) -> None:
    asked = source(made, NAME, f"{HOST}/other")
    assert asked.serves(NAME)
    assert asked.serves(f"{HOST}/other")
    assert not asked.serves(HOST)
    assert not asked.serves(f"{NAME}/below")


def test_signatures_are_found_with_their_bytes(made: Layout) -> None:
    found = signatures(source(made))
    assert [(one.data, one.digest, one.media_type, one.source) for one in found.envelopes] == [
        (jwt(LEAF), digest_of(jwt(LEAF)), JWT_TYPE, "layout")
    ]
    assert (found.count, found.status, found.problems) == (1, "answered", ())
    other = signatures(source(made), numbered_manifest(1))
    assert (other.envelopes, other.count, other.status) == ((), 0, "answered")


def test_every_form_of_referrer_is_found_also_below_an_index(made: Layout) -> None:
    index_form = image_index(described(MANIFEST), config=made.blob(jwt(LEAF, iat=1), JWT_TYPE))
    bare = referrer(made.blob(jwt(LEAF, iat=2), JWT_TYPE), None)
    below = referrer(made.blob(json_form(LEAF), JSON_TYPE), described(MANIFEST))
    made.add(index_form, oci.IMAGE_INDEX)
    made.add(bare)
    made.add(image_index(made.blob(below)), oci.IMAGE_INDEX)
    assert {one.data for one in signatures(source(made)).envelopes} == {
        jwt(LEAF),
        jwt(LEAF, iat=1),
        jwt(LEAF, iat=2),
        json_form(LEAF),
    }


# What is broken.


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b'{"manifests":{}}',
        b'{"manifests":null}',
        b'{"manifests":[5]}',
        b'{"manifests":[],"manifests":[]}',
        b"[" * 100_000,
        compact({"manifests": [{**described(MANIFEST), "digest": "sha256:../../../../etc/passwd"}]}),
        compact({"manifests": [{**described(MANIFEST), "size": -1}]}),
        compact({"manifests": [{**described(MANIFEST), "annotations": {oci.REF_NAME: 5}}]}),
    ],
    ids=range(12),
)
def test_an_index_json_that_is_none_is_a_source_that_failed(made: Layout, data: bytes) -> None:
    made.replace_index(data)
    asked = source(made)
    for call in (lambda: fetch(asked, f"{NAME}:v1"), lambda: signatures(asked)):
        assert unavailable(call).code == "source_failed"
    made.write()
    assert signatures(asked).count == 1


@pytest.mark.parametrize("kind", KINDS)
def test_an_index_json_that_is_no_file_is_a_source_that_failed(made: Layout, kind: str) -> None:
    (made.folder / "index.json").unlink()
    hostile(kind, made.folder / "index.json")
    assert unavailable(lambda: signatures(source(made))).code == "source_failed"


def test_a_layout_that_goes_away_is_a_source_that_failed(made: Layout) -> None:
    asked = source(made)
    assert signatures(asked).count == 1
    made.folder.rename(made.folder.with_name("gone"))
    assert unavailable(lambda: signatures(asked)).code == "source_failed"


def spoil(built: Layout, digest: str, how: str) -> None:
    path = built.path(digest)
    data = path.read_bytes()
    path.unlink()
    match how:
        case "missing":
            pass
        case "longer":
            path.write_bytes(data + b" ")
        case "shorter":
            path.write_bytes(data[:-1])
        case "other":
            path.write_bytes(bytes(len(data)))
        case _:
            hostile(how, path)


BROKEN = ["missing", "longer", "shorter", "other", *KINDS]


@pytest.mark.parametrize("how", BROKEN)
def test_an_image_that_cannot_be_read_is_not_said_to_be_unknown(made: Layout, how: str) -> None:
    spoil(made, digest_of(MANIFEST), how)
    asked = source(made)
    for image in (f"{NAME}:v1", f"{NAME}@{digest_of(MANIFEST)}"):
        assert unavailable(lambda image=image: fetch(asked, image)).code == "blob_unavailable"  # type: ignore[misc]


@pytest.mark.parametrize("how", BROKEN)
def test_an_image_that_breaks_after_it_was_read_is_unavailable(made: Layout, how: str) -> None:
    asked = source(made)
    assert fetch(asked, f"{NAME}:v1")
    spoil(made, digest_of(MANIFEST), how)
    assert unavailable(lambda: fetch(asked, f"{NAME}:v1")).code == "blob_unavailable"


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_signature_costs_itself_alone(made: Layout, how: str) -> None:
    made.sign(jwt(LEAF, iat=1))
    spoil(made, digest_of(jwt(LEAF, iat=1)), how)
    found = signatures(source(made))
    assert [one.data for one in found.envelopes] == [jwt(LEAF)]
    assert (found.count, found.status) == (2, "failed")
    assert [problem.code for problem in found.problems] == ["blob_unavailable"]
    assert "layout" in found.problems[0].message


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_referrer_puts_the_answer_in_doubt_and_harms_nothing_else(made: Layout, how: str) -> None:
    broken = made.sign(jwt(LEAF, iat=1))
    spoil(made, broken["digest"], how)
    asked = source(made)
    assert fetch(asked, f"{NAME}:v1")
    found = signatures(asked)
    assert [one.data for one in found.envelopes] == [jwt(LEAF)]
    assert (found.status, [problem.code for problem in found.problems]) == ("failed", ["blob_unavailable"])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b'{"config":5}',
        b'{"layers":{}}',
        b'{"subject":{"digest":"sha256:.."}}',
        b'{"a":1,"a":1}',
        b"\xff",
        b"[" * 9999,
    ],
)
def test_a_referrer_that_is_no_manifest_harms_nothing_else(made: Layout, data: bytes) -> None:
    made.add(data)
    found = signatures(source(made))
    assert [one.data for one in found.envelopes] == [jwt(LEAF)]
    assert (found.status, [problem.code for problem in found.problems]) == ("failed", ["blob_unavailable"])


def test_what_no_second_try_can_mend_is_not_called_retryable(made: Layout) -> None:
    made.add(b"[]")  # its digest fits: these bytes will never be a manifest
    made.list({**described(b""), "digest": digest_of(b"large"), "size": oci.MAX_MANIFEST + 1})
    assert [problem.retryable for problem in signatures(source(made)).problems] == [False, False]


def test_what_a_second_try_may_mend_is_tried_again(made: Layout) -> None:
    # A layout that is still being copied: index.json is there, a blob comes later.
    manifest = numbered_manifest(5)
    made.list(described(manifest, annotations={oci.REF_NAME: "v5"}))
    asked = source(made)
    (problem,) = signatures(asked).problems
    assert problem.retryable
    made.blob(manifest)
    found = fetch(asked, f"{NAME}:v5")
    assert found is not None
    assert (signatures(asked).status, signatures(asked).problems) == ("answered", ())


def test_a_platform_that_is_copied_later_is_found(made: Layout) -> None:
    manifest = numbered_manifest(5)
    made.tag(image_index(described(manifest)), "index", oci.IMAGE_INDEX)
    asked = source(made)
    assert fetch(asked, f"{NAME}@{digest_of(manifest)}") is None
    made.blob(manifest)
    assert fetch(asked, f"{NAME}@{digest_of(manifest)}") is not None


def test_a_wrong_size_in_one_descriptor_takes_no_signature_down(made: Layout) -> None:
    # Two referrers link to one envelope, one of them with another size: the honest link is as good as it was.
    for wrong in (1, MAX_ENVELOPE + 1):
        link = {**described(jwt(LEAF), JWT_TYPE), "size": wrong}
        made.add(referrer(link, described(MANIFEST), annotations={"number": str(wrong)}))
        assert [one.data for one in signatures(source(made)).envelopes] == [jwt(LEAF)]


def test_a_wrong_size_in_one_descriptor_takes_no_image_down(made: Layout) -> None:
    made.entries.insert(0, {**described(MANIFEST), "size": 1})
    made.write()
    found = fetch(source(made), f"{NAME}:v1")
    assert found is not None
    assert found.content.data == MANIFEST


@pytest.mark.parametrize("copies", [2, 50])
def test_entries_that_stand_twice_count_once(made: Layout, copies: int) -> None:
    made.list(*[entry for entry in made.entries for _ in range(copies)])
    found = signatures(source(made))
    assert (len(found.envelopes), found.count, found.status) == (1, 1, "answered")


def test_one_envelope_over_two_images_is_found_for_both(made: Layout) -> None:
    made.sign(jwt(LEAF), numbered_manifest(1))
    assert signatures(source(made)).count == signatures(source(made), numbered_manifest(1)).count == 1


def test_an_index_that_lists_itself_or_another_that_does_ends(made: Layout) -> None:
    # A digest cannot be foreseen, so a cycle is one of descriptors that are not true: each is read once at most.
    claimed = {**described(b"loop", oci.IMAGE_INDEX), "size": 10}
    loop = image_index(claimed, described(MANIFEST))
    made.path(digest_of(b"loop")).write_bytes(loop)
    made.list({**claimed, "size": len(loop)})
    chain = described(MANIFEST)
    for _ in range(50):
        chain = made.blob(image_index(chain, chain), oci.IMAGE_INDEX)
    made.list(chain)
    found = signatures(source(made))
    assert ([one.data for one in found.envelopes], found.status) == ([jwt(LEAF)], "failed")


def test_a_blob_of_ten_megabytes_is_rejected_by_its_size_and_not_read(made: Layout) -> None:
    large = b"x" * 10_000_000
    made.sign(large)
    made.path(digest_of(large)).unlink()
    found = signatures(source(made))
    assert (found.count, found.status, found.problems) == (2, "answered", ())
    (cut,) = [one for one in found.envelopes if one.digest == digest_of(large)]
    assert len(cut.data) == MAX_ENVELOPE + 1


def test_an_envelope_that_is_too_large_is_named_by_sha_256_whatever_its_link_says(made: Layout) -> None:
    # A document names envelopes by SHA-256 and nothing else; a digest of another algorithm breaks its schema.
    large = b"x" * (MAX_ENVELOPE + 1)
    digest = "sha512:" + hashlib.sha512(large).hexdigest()
    made.path(digest).parent.mkdir()
    made.path(digest).write_bytes(large)
    made.add(referrer({**described(large, JWT_TYPE), "digest": digest}, described(MANIFEST)))
    assert all(one.digest.startswith("sha256:") for one in signatures(source(made)).envelopes)


def test_blobs_by_sha_512_are_read(made: Layout) -> None:
    envelope = jwt(LEAF, iat=1)
    digest = "sha512:" + hashlib.sha512(envelope).hexdigest()
    made.path(digest).parent.mkdir()
    made.path(digest).write_bytes(envelope)
    made.add(referrer({**described(envelope, JWT_TYPE), "digest": digest}, described(MANIFEST)))
    assert {one.digest for one in signatures(source(made)).envelopes} == {digest_of(envelope), digest_of(jwt(LEAF))}


def test_of_three_hundred_signatures_a_hundred_are_read_and_all_are_counted(made: Layout) -> None:
    for number in range(299):
        made.entries.append(made.blob(referrer(made.blob(b"junk %d" % number, JWT_TYPE), described(MANIFEST))))
    made.write()
    found = signatures(source(made))
    assert (len(found.envelopes), found.count, found.status) == (MAX_SIGNATURES, 300, "truncated")
    assert [(problem.code, problem.retryable) for problem in found.problems] == [("limit_reached", False)]
    assert signatures(source(made)) == found


def test_an_index_with_layers_does_not_multiply(made: Layout) -> None:
    # Every layer times every manifest would be a hundred million of them out of four megabytes.
    body: Json = {
        "layers": [described(b"%d" % number, JWT_TYPE) for number in range(200)],
        "config": described(b"config", JWT_TYPE),
    }
    made.add(image_index(*[described(numbered_manifest(number)) for number in range(10, 210)], **body), oci.IMAGE_INDEX)
    contents = source(made)._contents()
    assert sum(len(blobs) for blobs in contents.signatures.values()) <= 1000


def test_more_manifests_than_are_read_is_a_source_that_failed(made: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "MAX_MANIFESTS", 2)
    asked = source(made)
    assert "more than 2" in unavailable(lambda: signatures(asked)).message


def test_a_layout_with_too_many_manifests_is_not_walked_again_for_every_question(
    made: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[str] = []
    honest = layout.read_blob

    def counted(folder: Path, descriptor: oci.Descriptor, cap: int) -> bytes:
        reads.append(descriptor.digest)
        return honest(folder, descriptor, cap)

    monkeypatch.setattr(layout, "MAX_MANIFESTS", 2)
    monkeypatch.setattr(layout, "read_blob", counted)
    asked = source(made)
    for _ in range(5):
        unavailable(lambda: signatures(asked))
    assert len(reads) <= 3


def test_broken_entries_count_against_the_limit_too(made: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "MAX_MANIFESTS", 20)
    made.list(*[described(numbered_manifest(number)) for number in range(100, 200)])
    kind, found = outcome(lambda: signatures(source(made)))
    assert kind == "source_failed" or (isinstance(found, Found) and len(found.problems) <= 21)


def test_entries_of_other_media_types_are_passed_over(made: Layout) -> None:
    made.list(described(b"x", "application/octet-stream"), described(b"y", ""))
    assert signatures(source(made)).status == "answered"


def test_what_may_not_be_read_is_a_problem_and_no_crash() -> None:
    with public_folder() as folder:
        built = Layout(folder / "layout")
        index = image_index(built.blob(MANIFEST))
        built.tag(index, "v1", oci.IMAGE_INDEX)
        asked = LayoutSource("layout", built.folder, (NAME,))
        with mode(0, built.folder / "blobs" / "sha256"), unprivileged():
            assert signatures(asked).status == "failed"


def test_a_folder_of_blobs_that_closes_later_is_a_problem_and_no_crash() -> None:
    with public_folder() as folder:
        built = Layout(folder / "layout")
        built.tag(MANIFEST, "v1")
        asked = LayoutSource("layout", built.folder, (NAME,))
        with unprivileged():
            assert fetch(asked, f"{NAME}:v1")
        with mode(0, built.folder / "blobs"), unprivileged():
            assert unavailable(lambda: fetch(asked, f"{NAME}:v1")).code == "blob_unavailable"


def test_a_closed_folder_below_an_index_is_a_problem_and_no_crash() -> None:
    with public_folder() as folder:
        built = Layout(folder / "layout")
        other = {**described(b"other"), "digest": "sha512:" + "0a" * 64}
        built.tag(image_index(other), "v1", oci.IMAGE_INDEX)
        (built.folder / "blobs" / "sha512").mkdir()
        asked = LayoutSource("layout", built.folder, (NAME,))
        with mode(0, built.folder / "blobs" / "sha512"), unprivileged():
            kind, found = outcome(lambda: signatures(asked))
        assert kind == "value"
        assert isinstance(found, Found)


# Change.


def test_a_new_signature_is_seen_with_the_next_question(made: Layout) -> None:
    asked = source(made)
    assert signatures(asked).count == 1
    made.sign(jwt(LEAF, iat=1))
    assert signatures(asked).count == 2
    made.entries = made.entries[:1]
    made.write()
    assert signatures(asked).count == 0


def test_a_tag_that_moves_is_seen_with_the_next_question(made: Layout) -> None:
    asked = source(made)
    made.entries = []
    made.tag(numbered_manifest(2), "v1")
    found = fetch(asked, f"{NAME}:v1")
    assert found is not None
    assert found.content.data == numbered_manifest(2)


def test_an_index_that_did_not_change_is_not_walked_again(made: Layout) -> None:
    asked = source(made)
    assert asked._contents() is asked._contents()


def test_an_index_that_is_replaced_while_it_is_asked_gives_one_answer_or_the_other(made: Layout) -> None:
    asked = source(made)
    before = list(made.entries)
    made.sign(jwt(LEAF, iat=1))
    after = list(made.entries)
    counts: list[int] = []

    def ask() -> None:
        counts.extend(signatures(asked).count for _ in range(30))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(20):
        made.entries = before if number % 2 else after
        made.write()
    for thread in threads:
        thread.join()
    assert len(counts) == 90
    assert set(counts) <= {1, 2}


HONEST = compact(
    {
        "schemaVersion": 2,
        "manifests": [described(MANIFEST, annotations={oci.REF_NAME: "v1"}), described(image_index(), oci.IMAGE_INDEX)],
    }
)


@pytest.fixture(scope="module")
def reused(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    built = Layout(tmp_path_factory.mktemp("reused") / "layout")
    built.blob(MANIFEST)
    built.sign(jwt(LEAF))
    return built


@mutation.SOME
@given(
    mutation.changed_bytes(HONEST) | mutation.changed_json({"manifests": [described(MANIFEST, annotations={"a": "b"})]})
)
def test_any_index_json_is_read_or_a_source_that_failed(reused: Layout, data: bytes) -> None:
    reused.replace_index(data)
    kind, found = outcome(lambda: signatures(source(reused)))
    assert kind == "source_failed" or isinstance(found, Found)
    assert outcome(lambda: fetch(source(reused), f"{NAME}:v1"))[0] in {"value", "source_failed", "blob_unavailable"}


@mutation.SOME
@given(
    mutation.changed_json(
        {"mediaType": oci.IMAGE_MANIFEST, "config": described(jwt(LEAF), JWT_TYPE), "subject": described(MANIFEST)}
    )
)
def test_any_referrer_is_read_or_a_problem(reused: Layout, data: bytes) -> None:
    reused.entries = [described(MANIFEST), described(data)]
    reused.path(digest_of(data)).write_bytes(data)
    reused.write()
    found = signatures(source(reused))
    assert found.status in {"answered", "failed"}
    assert all(one.data == jwt(LEAF) for one in found.envelopes)
    reused.path(digest_of(data)).unlink()


def test_a_config_that_is_copied_later_makes_its_signature_found(made: Layout) -> None:
    envelope = jwt(LEAF, iat=2)
    made.add(referrer(described(envelope, JWT_TYPE), None))
    asked = source(made)
    assert signatures(asked).status == "failed"
    made.blob(envelope)
    found = signatures(asked)
    assert (found.status, {one.data for one in found.envelopes}) == ("answered", {envelope, jwt(LEAF)})


@pytest.mark.parametrize("extension", [{"x-score": 0.5}, {"annotations": {"Build": "1", "build": "2"}}])
def test_an_image_with_members_of_its_own_is_no_trouble(made: Layout, extension: dict[str, Json]) -> None:
    manifest = json.dumps({**json.loads(numbered_manifest(3)), **extension}).encode()
    made.tag(manifest, "odd")
    found = fetch(source(made), f"{NAME}:odd")
    assert found is not None
    assert signatures(source(made)).status == "answered"


def test_many_threads_may_ask_while_a_layout_is_copied(made: Layout) -> None:
    manifests = [numbered_manifest(number) for number in range(200, 500)]
    made.list(*[described(manifest) for manifest in manifests])
    asked = source(made)
    with ThreadPoolExecutor(4) as pool:
        asking = [pool.submit(lambda: [signatures(asked).count for _ in range(60)]) for _ in range(3)]
        for manifest in manifests:
            made.blob(manifest)
        assert [one.result() for one in asking] == [[1] * 60] * 3
    assert signatures(asked).status == "answered"
