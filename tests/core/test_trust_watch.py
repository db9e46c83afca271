"""A change of trust is picked up; one that cannot be read leaves the last good trust in force and is said."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from provider import trust_watch
from provider.errors import Refused
from provider.trust_watch import TrustWatch
from tests.core.folders import KINDS, hostile, mode, public_folder, unprivileged
from tests.core.pki import authority, compact, ec_key, private_pem, trusting, write_files

ROOT, OTHER = authority(), authority("Other CA", key=ec_key(101))
CA = "x509/ca/wabbit-networks/root.pem"
WITHDRAWN = {"version": "1", "withdrawals": [{"identity": "ca:a/b", "reason": "left", "since": "2026-01-01T00:00:00Z"}]}


@pytest.fixture(autouse=True)
def _look_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trust_watch, "LOOK_EVERY", 0.0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_files(tmp_path / "trust", {CA: ROOT.pem})


def failed(watch: TrustWatch) -> bool:
    return watch.failure is not None


class Reports(list[Refused | None]):
    """What a watch has reported."""

    def __call__(self, failure: Refused | None) -> None:
        self.append(failure)


def test_without_a_change_the_trust_stays_the_same_one(folder: Path) -> None:
    reports = Reports()
    watch = TrustWatch(folder, None, reports)
    assert watch.current() is watch.current()
    assert watch.current().digest == trusting(ROOT).digest
    assert (reports, watch.failure) == ([], None)


def test_an_added_and_a_removed_anchor_are_picked_up(folder: Path) -> None:
    reports = Reports()
    watch = TrustWatch(folder, None, reports)
    write_files(folder, {"x509/ca/wabbit-networks/other.pem": OTHER.pem})
    assert watch.current().digest == trusting(ROOT, OTHER).digest
    (folder / CA).unlink()
    assert watch.current().digest == trusting(OTHER).digest
    assert reports == [None, None]


def test_a_file_that_is_replaced_by_one_of_its_size_is_picked_up(folder: Path) -> None:
    watch = TrustWatch(folder, None)
    same_size = ROOT.pem.replace(b"\n", b"\r", 1)
    new = folder.parent / "new"
    new.write_bytes(same_size)
    new.replace(folder / CA)
    before = watch._trust
    assert watch.current() is not before


def test_a_withdrawal_is_picked_up_and_so_is_its_end(folder: Path) -> None:
    file = folder.parent / "withdrawals.json"
    file.write_bytes(b'{"version":"1"}')
    watch = TrustWatch(folder, file)
    assert watch.current().withdrawals.entries == ()
    file.write_bytes(compact(WITHDRAWN))
    assert [entry.identity for entry in watch.current().withdrawals.entries] == ["ca:a/b"]
    file.write_bytes(b'{"version":"1"}')
    assert watch.current().withdrawals.entries == ()


@pytest.mark.parametrize(
    ("path", "data"),
    [
        (CA, ROOT.pem[:-20]),
        (CA, b""),
        ("x509/ca/wabbit-networks/README", b"text"),
        ("x509/ca/wabbit-networks/key.pem", private_pem(ec_key())),
        ("x509/strange/root.pem", ROOT.pem),
        ("keys/build/key.jwk", b"{"),
    ],
)
def test_a_change_that_cannot_be_read_keeps_the_old_trust_until_it_is_mended(
    folder: Path, path: str, data: bytes
) -> None:
    reports = Reports()
    watch = TrustWatch(folder, None, reports)
    write_files(folder, {path: data})
    for _ in range(3):
        assert watch.current().digest == trusting(ROOT).digest
    assert failed(watch)
    assert reports == [watch.failure]
    shutil.rmtree(folder)
    write_files(folder, {CA: ROOT.pem})
    assert watch.current().digest == trusting(ROOT).digest
    assert not failed(watch)
    assert reports[-1] is None


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_file_in_a_store_keeps_the_old_trust(folder: Path, kind: str) -> None:
    watch = TrustWatch(folder, None)
    hostile(kind, folder / "x509/ca/wabbit-networks/hostile")
    write_files(folder, {"x509/ca/wabbit-networks/other.pem": OTHER.pem})
    assert watch.current().digest == trusting(ROOT).digest
    assert failed(watch)


def test_a_folder_that_goes_away_keeps_the_old_trust(folder: Path) -> None:
    watch = TrustWatch(folder, None)
    folder.rename(folder.parent / "gone")
    assert watch.current().digest == trusting(ROOT).digest
    assert failed(watch)
    (folder.parent / "gone").rename(folder)
    assert watch.current().digest == trusting(ROOT).digest
    assert not failed(watch)


def test_a_withdrawals_file_that_goes_away_keeps_what_it_withdrew(folder: Path) -> None:
    file = folder.parent / "withdrawals.json"
    file.write_bytes(compact(WITHDRAWN))
    watch = TrustWatch(folder, file)
    file.unlink()
    assert len(watch.current().withdrawals.entries) == 1
    assert failed(watch)


def test_a_folder_that_may_no_longer_be_read_keeps_the_old_trust() -> None:
    with public_folder() as folder:
        write_files(folder, {CA: ROOT.pem})
        with unprivileged():
            watch = TrustWatch(folder, None)
        with mode(0, folder / "x509" / "ca"), unprivileged():
            assert watch.current().digest == trusting(ROOT).digest
            assert failed(watch)


def test_what_cannot_be_read_at_the_start_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused):
        TrustWatch(tmp_path, None)


def test_a_swap_of_a_volume_of_kubernetes_is_picked_up(tmp_path: Path) -> None:
    write_files(tmp_path / "..1", {CA: ROOT.pem})
    (tmp_path / "..data").symlink_to("..1")
    (tmp_path / "x509").symlink_to("..data/x509")
    watch = TrustWatch(tmp_path, None)
    write_files(tmp_path / "..2", {CA: OTHER.pem})
    (tmp_path / "..data_tmp").symlink_to("..2")
    (tmp_path / "..data_tmp").replace(tmp_path / "..data")
    assert watch.current().digest == trusting(OTHER).digest


@pytest.mark.parametrize("change", ["removed", "rewritten"])
@pytest.mark.parametrize("linked", ["x509", "x509/ca", "x509/ca/wabbit-networks"])
def test_a_change_behind_a_linked_folder_is_picked_up(tmp_path: Path, linked: str, change: str) -> None:
    # As packages of CA certificates are linked: an anchor that is taken away there must not stay trusted.
    write_files(tmp_path / "elsewhere", {"root.pem": ROOT.pem, "other.pem": OTHER.pem})
    real = write_files(tmp_path / "real", {CA: ROOT.pem, "x509/ca/wabbit-networks/other.pem": OTHER.pem})
    folder = tmp_path / "trust"
    (folder / linked).parent.mkdir(parents=True)
    (folder / linked).symlink_to(real / linked)
    watch = TrustWatch(folder, None)
    assert watch.current().digest == trusting(ROOT, OTHER).digest
    other = real / "x509/ca/wabbit-networks/other.pem"
    if change == "removed":
        other.unlink()
    else:
        other.write_bytes(ROOT.pem)
    assert watch.current().digest == trusting(ROOT).digest


def test_a_change_of_a_linked_file_is_picked_up(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "root.pem").write_bytes(ROOT.pem)
    (folder / CA).unlink()
    (folder / CA).symlink_to(tmp_path / "root.pem")
    watch = TrustWatch(folder, None)
    (tmp_path / "root.pem").write_bytes(OTHER.pem)
    assert watch.current().digest == trusting(OTHER).digest


def test_the_folder_is_not_looked_at_for_every_question(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trust_watch, "LOOK_EVERY", 3600.0)
    watch = TrustWatch(folder, None)
    write_files(folder, {CA: OTHER.pem})
    assert watch.current().digest == trusting(ROOT).digest


def test_many_threads_see_one_trust_or_the_other_and_nothing_else(folder: Path) -> None:
    watch = TrustWatch(folder, None)
    allowed = {trusting(ROOT).digest, trusting(ROOT, OTHER).digest}
    seen: list[str] = []

    def ask() -> None:
        seen.extend(watch.current().digest for _ in range(50))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in _changes(folder / "x509/ca/wabbit-networks/other.pem"):
        pass
    for thread in threads:
        thread.join()
    assert len(seen) == 200
    assert set(seen) <= allowed


def _changes(path: Path) -> Iterator[None]:
    for number in range(20):
        if number % 2:
            path.unlink()
        else:
            new = path.with_name(".new")
            new.write_bytes(OTHER.pem)
            new.replace(path)
        yield
