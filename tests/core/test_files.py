"""A folder of signature files is read as it is, whoever put files there: each that is broken is named, and no more."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider import document, oci, reference
from provider.envelopes import MAX_ENVELOPE
from provider.errors import Unavailable
from provider.oci import Manifest
from provider.source import MAX_SIGNATURES, Found
from provider.source.files import FilesSource
from tests.core import mutation
from tests.core.folders import KINDS, hostile, mode, public_folder, unprivileged
from tests.core.hostile import LEAF
from tests.core.mutation import outcome
from tests.core.pki import (
    AT,
    JSON_TYPE,
    JWT_TYPE,
    MANIFEST,
    NAME,
    answered,
    compact,
    digest_of,
    json_form,
    jwt,
    numbered_manifest,
    subject_of,
    trusting,
    write_files,
)

HEX = digest_of(MANIFEST).removeprefix("sha256:")
IMAGE = f"{NAME}@sha256:{HEX}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_files(tmp_path / "files", {f"{HEX}.manifest.json": MANIFEST, f"{HEX}.wabbit.jwt": jwt(LEAF)})


def source(folder: Path) -> FilesSource:
    return FilesSource("files", folder, (NAME,))


def fetch(folder: Path, image: str = IMAGE) -> Manifest | None:
    return source(folder).fetch(reference.normalise(image))


def signatures(folder: Path, digest: str = f"sha256:{HEX}") -> Found:
    return source(folder).signatures(NAME, digest)


def unavailable(call: Callable[[], object]) -> str:
    with pytest.raises(Unavailable) as raised:
        call()
    return raised.value.code


def test_a_manifest_is_found_by_its_digest_alone(folder: Path) -> None:
    found = fetch(folder)
    assert found is not None
    assert (found.content.data, found.content.media_type) == (MANIFEST, oci.IMAGE_MANIFEST)
    for image in (f"{NAME}:v1", f"{NAME}@{digest_of(b'')}", f"{NAME}@sha512:{HEX}{HEX}"):
        assert fetch(folder, image) is None


def test_every_suffix_of_the_contract_is_an_envelope_over_the_manifest_in_front_of_it(folder: Path) -> None:
    other = digest_of(b"other").removeprefix("sha256:")
    write_files(
        folder,
        {
            f"{HEX}.a.json": json_form(LEAF),
            f"{HEX}.a.b.c.jws": b"jws",
            f"{HEX}.cose.cose": b"cose",
            f"{HEX}.manifest.manifest.json": b"label",
            f"{other}.a.jwt": b"another manifest's",
            f"{HEX}.txt": b"no",
            f"{HEX}.jwt": b"no label",
            f"{HEX.upper()}.a.jwt": b"no",
            f"{HEX}.a.JWT": b"no",
            "README.md": b"no",
        },
    )
    found = signatures(folder)
    assert {(one.data, one.media_type) for one in found.envelopes} == {
        (jwt(LEAF), JWT_TYPE),
        (json_form(LEAF), JSON_TYPE),
        (b"jws", None),
        (b"cose", None),
        (b"label", JSON_TYPE),
    }
    assert (found.count, found.status, found.problems) == (5, "answered", ())
    assert all(one.digest == digest_of(one.data) for one in found.envelopes)


def test_a_source_serves_the_repositories_that_it_is_configured_for(folder: Path) -> None:
    assert source(folder).serves(NAME)
    assert not source(folder).serves(f"{NAME}/below")


@pytest.mark.parametrize("data", [MANIFEST[:-1], MANIFEST + b" ", b"", b"[]"])
def test_a_manifest_that_is_not_what_its_name_says_is_unavailable(folder: Path, data: bytes) -> None:
    (folder / f"{HEX}.manifest.json").write_bytes(data)
    assert unavailable(lambda: fetch(folder)) == "blob_unavailable"


def test_a_manifest_that_is_none_is_unavailable(folder: Path) -> None:
    data = b'{"layers":5}'
    write_files(folder, {f"{digest_of(data)[7:]}.manifest.json": data})
    assert unavailable(lambda: fetch(folder, f"{NAME}@{digest_of(data)}")) == "blob_unavailable"


@pytest.mark.parametrize("kind", KINDS)
def test_a_manifest_that_is_no_file_is_unavailable(folder: Path, kind: str) -> None:
    path = folder / f"{HEX}.manifest.json"
    path.unlink()
    hostile(kind, path)
    kind, found = outcome(lambda: fetch(folder))
    assert kind == "blob_unavailable" or found is None


@pytest.mark.parametrize("kind", KINDS)
def test_a_signature_that_is_no_file_costs_itself_alone(folder: Path, kind: str) -> None:
    hostile(kind, folder / f"{HEX}.hostile.jwt")
    found = signatures(folder)
    assert [one.data for one in found.envelopes] == [jwt(LEAF)]
    assert (found.count, found.status) == (2, "failed")
    assert [problem.code for problem in found.problems] == ["blob_unavailable"]


def test_a_folder_that_is_not_there_or_is_none_is_a_source_that_failed(folder: Path) -> None:
    for path in (folder / "missing", folder / f"{HEX}.manifest.json"):
        assert unavailable(lambda path=path: signatures(path)) == "source_failed"  # type: ignore[misc]
        assert unavailable(lambda path=path: fetch(path)) == "source_failed"  # type: ignore[misc]


def test_what_may_not_be_read_is_a_problem_and_no_crash() -> None:
    with public_folder() as folder:
        write_files(folder, {f"{HEX}.manifest.json": MANIFEST, f"{HEX}.a.jwt": jwt(LEAF), f"{HEX}.b.jwt": b"b"})
        for name in (f"{HEX}.manifest.json", f"{HEX}.a.jwt"):
            (folder / name).chmod(0)
        with unprivileged():
            assert unavailable(lambda: fetch(folder)) == "blob_unavailable"
            found = signatures(folder)
        assert ([one.data for one in found.envelopes], found.status) == ([b"b"], "failed")


@pytest.mark.parametrize("bits", [0, 0o300, 0o444])
def test_a_folder_that_is_closed_is_a_problem_and_no_crash(bits: int) -> None:
    with public_folder() as folder:
        write_files(folder, {f"{HEX}.manifest.json": MANIFEST, f"{HEX}.a.jwt": jwt(LEAF)})
        with mode(bits, folder), unprivileged():
            assert unavailable(lambda: fetch(folder)) in {"source_failed", "blob_unavailable"}
            kind, found = outcome(lambda: signatures(folder))
        assert kind == "source_failed" or (isinstance(found, Found) and found.status == "failed")


def test_of_three_hundred_signatures_a_hundred_are_read_and_all_are_counted(folder: Path) -> None:
    write_files(folder, {f"{HEX}.{number}.jwt": b"junk %d" % number for number in range(299)})
    found = signatures(folder)
    assert (len(found.envelopes), found.count, found.status) == (MAX_SIGNATURES, 300, "truncated")
    assert [problem.code for problem in found.problems] == ["limit_reached"]
    assert signatures(folder) == found


def test_a_signature_of_ten_megabytes_is_cut_and_named_by_the_digest_of_all_of_it(folder: Path) -> None:
    large = b"x" * 10_000_000
    write_files(folder, {f"{HEX}.large.jwt": large})
    (cut,) = [one for one in signatures(folder).envelopes if one.data != jwt(LEAF)]
    assert (len(cut.data), cut.digest) == (MAX_ENVELOPE + 1, digest_of(large))


def test_a_change_of_the_folder_is_seen_with_the_next_question(folder: Path) -> None:
    asked = source(folder)
    assert asked.signatures(NAME, f"sha256:{HEX}").count == 1
    write_files(folder, {f"{HEX}.b.jwt": b"b"})
    assert asked.signatures(NAME, f"sha256:{HEX}").count == 2


def test_a_file_name_that_is_no_text_makes_no_document_that_cannot_be_written(folder: Path) -> None:
    (folder / os.fsdecode(HEX.encode() + b".\xff\xfe.jwt")).symlink_to("nowhere")
    found = signatures(folder)
    assert (found.count, found.status) == (2, "failed")
    target = document.Target(oci.identify(MANIFEST), document.Evidence(found.envelopes, (answered(2),), found.problems))
    made = document.build(subject_of(MANIFEST), target, (), trusting(), at=AT, max_age=3600)
    assert b"blob_unavailable" in document.encode(made)


@pytest.mark.parametrize("label", ["a\nb", "..", " ", "é", "x" * 150])
def test_a_label_may_be_anything(folder: Path, label: str) -> None:
    write_files(folder, {f"{HEX}.{label}.jwt": b"odd"})
    found = signatures(folder)
    assert found.status == "answered"
    assert found.count == len(found.envelopes)
    assert {one.data for one in found.envelopes} <= {jwt(LEAF), b"odd"}


def test_a_manifest_without_a_media_type_is_told_by_its_shape(folder: Path) -> None:
    data = compact({"schemaVersion": 2, "manifests": []})
    write_files(folder, {f"{digest_of(data)[7:]}.manifest.json": data})
    found = fetch(folder, f"{NAME}@{digest_of(data)}")
    assert found is not None
    assert found.content.media_type == oci.IMAGE_INDEX


@mutation.SOME
@given(st.one_of(mutation.changed_bytes(MANIFEST), mutation.changed_json({"manifests": [], "layers": []})))
def test_any_manifest_file_is_read_or_unavailable(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.getbasetemp() / "any-manifest"
    path = folder / f"{digest_of(data)[7:]}.manifest.json"
    write_files(folder, {path.name: data})
    kind, found = outcome(lambda: fetch(folder, f"{NAME}@{digest_of(data)}"))
    path.unlink()
    assert kind == "blob_unavailable" or (isinstance(found, Manifest) and found.content.data == data)


def test_signatures_over_another_manifest_are_not_found(folder: Path) -> None:
    assert signatures(folder, digest_of(numbered_manifest(1))).count == 0
    assert signatures(folder, "sha512:" + HEX + HEX).count == 0
