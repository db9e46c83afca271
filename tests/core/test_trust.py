"""A trust folder is read whole or refused; whatever lies in it, no other library's error comes out of it."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed448
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from provider import trust
from provider.errors import Refused
from provider.keys import PublicKey
from provider.trust import Trust
from tests.core import mutation
from tests.core.folders import KINDS, hostile, mode, public_folder, unprivileged
from tests.core.mutation import outcome
from tests.core.pki import (
    Json,
    anchors,
    authority,
    compact,
    digest_of,
    ec_key,
    ed_key,
    jwk,
    key_entry,
    libtrust,
    private_pem,
    public_pem,
    rsa_key,
    signer,
    spki,
    trusting,
    withdrawal,
    write_files,
)

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

ROOT, OTHER = authority(), authority("Other CA", key=ec_key(101))
CA = "x509/ca/wabbit-networks/root.pem"
KEYS = "keys/build/key"
JWKS = {"keys": [jwk(ec_key(1), kid="one"), jwk(rsa_key(), kid="two", alg="PS256"), jwk(ed_key(), use="sig")]}


def refused(folder: Path, withdrawals: Path | None = None) -> Refused:
    with pytest.raises(Refused) as raised:
        trust.load(folder, withdrawals)
    return raised.value


def loaded(folder: Path, **files: bytes) -> Trust:
    return trust.load(write_files(folder, files))


@pytest.fixture(scope="module")
def room() -> Iterator[Path]:
    """A folder for examples that each overwrite what the one before wrote."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@pytest.mark.parametrize(
    "data", [ROOT.pem, ROOT.der, b"subject=CN\nissuer=CN\n" + ROOT.pem, ROOT.pem.replace(b"\n", b"\r\n")]
)
def test_a_certificate_in_pem_or_der_is_an_anchor(tmp_path: Path, data: bytes) -> None:
    found = loaded(tmp_path, **{CA: data})
    assert [(store.type, store.name, store.fingerprint) for store, _ in found.anchors] == [
        ("ca", "wabbit-networks", ROOT.fingerprint)
    ]
    assert found.digest == trusting(ROOT).digest


def test_every_certificate_of_every_file_of_every_store_is_an_anchor(tmp_path: Path) -> None:
    found = loaded(
        tmp_path,
        **{
            "x509/ca/a/bundle.pem": ROOT.pem + OTHER.pem,
            "x509/ca/a/again.crt": ROOT.der,
            "x509/signingAuthority/b/root.pem": ROOT.pem,
            "x509/tsa/c/root.pem": OTHER.pem,
            "keys/d/leaf.pem": signer().pem,
        },
    )
    assert sorted((store.type, store.name) for store, _ in found.anchors) == [
        ("ca", "a"),
        ("ca", "a"),
        ("signingAuthority", "b"),
        ("tsa", "c"),
    ]
    assert [store.type for store in found.by_fingerprint[ROOT.fingerprint]] == ["ca", "signingAuthority"]
    assert [entry.store for entry in found.key_entries] == ["d"]


def test_a_key_is_found_by_every_name_it_goes_by(tmp_path: Path) -> None:
    found = loaded(
        tmp_path,
        **{
            "keys/a/key.pem": public_pem(ec_key(1)),
            "keys/b/key.jwk": compact(jwk(ec_key(2), kid="deploy", alg="ES256")),
            "keys/c/keys.jwks": b"\n " + compact(JWKS),
            "keys/d/leaf.pem": signer(key=ec_key(3)).pem,
            "keys/d/leaf.der": signer(key=ec_key(4)).der,
        },
    )
    by_pem, by_jwk, by_certificate = (found.by_key_name[libtrust(ec_key(number))] for number in (1, 2, 3))
    assert {(entry.store, entry.given_as_jwk, entry.algorithm) for entry in by_pem} == {
        ("a", False, None),
        ("c", True, None),
    }
    assert [(entry.given_as_jwk, entry.algorithm) for entry in by_jwk] == [(True, "ES256")]
    assert found.by_key_name["deploy"] == by_jwk == found.by_key_name[by_jwk[0].key.thumbprint]
    assert [entry.algorithm for entry in found.by_key_name["two"]] == ["PS256"]
    assert by_pem[0].anchor.fingerprint == digest_of(spki(ec_key(1)))
    assert by_certificate[0].anchor.fingerprint == signer(key=ec_key(3)).fingerprint
    assert libtrust(ec_key(4)) in found.by_key_name


def test_every_key_of_a_file_counts(tmp_path: Path) -> None:
    both = public_pem(ec_key(1)) + public_pem(ec_key(2))
    kind, found = outcome(lambda: loaded(tmp_path, **{KEYS: both}))
    assert kind == "trust_invalid" or (isinstance(found, Trust) and libtrust(ec_key(2)) in found.by_key_name)


def test_a_key_beside_a_certificate_in_one_file_counts(tmp_path: Path) -> None:
    both = signer(key=ec_key(1)).pem + public_pem(ec_key(2))
    kind, found = outcome(lambda: loaded(tmp_path, **{KEYS: both}))
    assert kind == "trust_invalid" or (isinstance(found, Trust) and libtrust(ec_key(2)) in found.by_key_name)


@pytest.mark.parametrize("cut", [10, 40, 200])
@pytest.mark.parametrize("path", [CA, KEYS])
def test_a_bundle_that_is_cut_off_is_refused_rather_than_read_in_part(tmp_path: Path, path: str, cut: int) -> None:
    write_files(tmp_path, {path: (ROOT.pem + OTHER.pem)[:-cut]})
    assert refused(tmp_path).code == "trust_invalid"


@pytest.mark.parametrize(
    "path",
    [
        "x509/other/a/root.pem",
        "x509/CA/a/root.pem",
        "x509/root.pem",
        "x509/ca/root.pem",
        "x509/ca/a b/root.pem",
        "x509/ca/é/root.pem",
        "keys/key.pem",
        "keys/a:b/key.pem",
    ],
)
def test_a_folder_that_is_laid_out_in_another_way_is_refused(tmp_path: Path, path: str) -> None:
    write_files(tmp_path, {CA: ROOT.pem, path: ROOT.pem})
    assert refused(tmp_path).code == "trust_invalid"


@pytest.mark.parametrize("name", ["a", "A-Z_0.9", "...", "-"])
def test_store_names_are_letters_digits_and_three_marks(tmp_path: Path, name: str) -> None:
    if name.startswith("."):
        write_files(tmp_path, {CA: ROOT.pem})
    found = loaded(tmp_path, **{f"x509/ca/{name}/root.pem": ROOT.pem})
    assert {store.name for store, _ in found.anchors} == {name if not name.startswith(".") else "wabbit-networks"}


def test_a_folder_that_is_no_trust_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for folder in (tmp_path / "missing", tmp_path, tmp_path / "file"):
        assert refused(folder).code == "trust_invalid"


@pytest.mark.parametrize("path", ["x509", "x509/ca", "keys"])
def test_a_trust_folder_without_stores_trusts_nobody(tmp_path: Path, path: str) -> None:
    (tmp_path / path).mkdir(parents=True)
    assert trust.load(tmp_path).digest == Trust().digest


@pytest.mark.parametrize("store", ["x509/ca/empty", "keys/empty"])
@pytest.mark.parametrize("files", [{}, {".hidden": ROOT.pem}, {"set.json": b'{"keys":[]}'}], ids=str)
def test_a_store_without_certificates_and_keys_is_refused(tmp_path: Path, store: str, files: dict[str, bytes]) -> None:
    write_files(tmp_path, {CA: ROOT.pem})
    write_files(tmp_path, {f"{store}/{name}": data for name, data in files.items()})
    (tmp_path / store).mkdir(parents=True, exist_ok=True)
    assert refused(tmp_path).code == "trust_invalid"


@pytest.mark.parametrize(
    "data",
    [
        private_pem(ec_key(1)),
        signer().pem + private_pem(ec_key(1)),
        ec_key(1).private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, BestAvailableEncryption(b"secret")),
        ec_key(1).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")),
        compact({**jwk(ec_key(1)), "d": jwk(ec_key(1))["x"]}),
        compact({"kty": "oct", "k": "c2VjcmV0"}),
        compact({"keys": [jwk(ec_key(1)), {"kty": "oct", "k": "c2VjcmV0"}]}),
    ],
    ids=["pem", "beside", "traditional", "encrypted", "jwk", "oct", "jwks"],
)
@pytest.mark.parametrize("path", [CA, KEYS])
def test_a_private_or_secret_key_in_a_store_is_refused(tmp_path: Path, path: str, data: bytes) -> None:
    write_files(tmp_path, {path: data})
    error = refused(tmp_path)
    assert error.code == "trust_invalid"
    assert "c2VjcmV0" not in error.message


@pytest.mark.parametrize(
    "members",
    [
        {"kty": ...},
        {"kty": None},
        {"kty": "EC2"},
        {"kty": "RSA"},
        {"crv": "P-384"},
        {"crv": "secp256k1"},
        {"x": ...},
        {"x": "AAAA"},
        {"x": 5},
        {"y": jwk(ec_key(2))["y"]},
        {"use": "enc"},
        {"use": None},
        {"key_ops": ["sign"]},
        {"key_ops": []},
        {"key_ops": 5},
        {"kid": ""},
        {"kid": 5},
        {"kid": None, "alg": 5},
        {"alg": ""},
        {"alg": ["ES256"]},
        {"n": "AQAB"},
        {"k": "AQAB"},
        {"p": "AQAB"},
        {"": 1, "x": ...},
    ],
    ids=str,
)
def test_a_jwk_that_verifies_nothing_is_refused(tmp_path: Path, members: dict[str, Json]) -> None:
    changed = {name: value for name, value in {**jwk(ec_key(1)), **members}.items() if value is not ...}
    write_files(tmp_path, {KEYS: compact(changed)})
    assert refused(tmp_path).code == "trust_invalid"


@pytest.mark.parametrize(
    "data",
    [b"[]", b"{}", b'{"keys":{}}', b'{"keys":[5]}', b'{"keys":[[]]}', b'{"kty":"EC","kty":"EC"}', b"{", b"[" * 100_000],
    ids=range(8),
)
def test_json_that_is_no_jwk_is_refused(tmp_path: Path, data: bytes) -> None:
    write_files(tmp_path, {KEYS: data})
    assert refused(tmp_path).code == "trust_invalid"


@pytest.mark.parametrize(
    "data",
    [
        public_pem(ec_key(1, ec.SECP256K1)),
        ed448.Ed448PrivateKey.generate().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        signer(key=ec_key(1, ec.SECP256K1)).pem,
        spki(ec_key(1)),
        b"",
        b"\0" * 100,
        b"-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n",
    ],
    ids=range(7),
)
def test_a_file_that_is_no_usable_key_is_refused(tmp_path: Path, data: bytes) -> None:
    write_files(tmp_path, {KEYS: data})
    assert refused(tmp_path).code == "trust_invalid"


def test_a_certificate_of_a_version_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    der = ROOT.der
    place = der.index(bytes.fromhex("a003020102"))
    write_files(tmp_path, {CA: der[: place + 4] + b"\x05" + der[place + 5 :]})
    assert refused(tmp_path).code == "trust_invalid"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("path", [CA, KEYS])
def test_what_is_no_file_in_a_store_is_refused(tmp_path: Path, path: str, kind: str) -> None:
    write_files(tmp_path, {path: ROOT.pem})
    hostile(kind, (tmp_path / path).with_name("hostile"))
    assert refused(tmp_path).code in {"trust_invalid", "file_unreadable"}


@pytest.mark.parametrize("kind", ["fifo", "device", "loop", "dangling"])
@pytest.mark.parametrize("path", ["x509", "x509/ca", "x509/ca/wabbit-networks", "keys", "keys/build"])
def test_what_is_no_folder_where_one_belongs_is_refused(tmp_path: Path, path: str, kind: str) -> None:
    # A link that leads nowhere is a store that was lost: without it, signers would silently be trusted no longer.
    write_files(tmp_path, {"keys/other/key": public_pem(ec_key(1)), "x509/tsa/other/root.pem": ROOT.pem})
    place = tmp_path / path
    if place.exists():
        place.rename(tmp_path / "aside")
    place.parent.mkdir(parents=True, exist_ok=True)
    hostile(kind, place)
    assert refused(tmp_path).code in {"trust_invalid", "file_unreadable"}


def test_a_file_over_its_cap_is_refused(tmp_path: Path) -> None:
    write_files(tmp_path, {CA: ROOT.pem + b"\n" * trust.MAX_FILE})
    assert refused(tmp_path).code == "file_too_large"


@pytest.mark.parametrize("path", [".", "x509", "x509/ca", "x509/ca/wabbit-networks", CA, "withdrawals.json"])
def test_what_may_not_be_read_is_refused(path: str) -> None:
    with public_folder() as folder:
        write_files(folder, {CA: ROOT.pem, "withdrawals.json": b'{"version":"1"}'})
        with mode(0, folder / path), unprivileged():
            assert refused(folder, folder / "withdrawals.json").code in {"file_unreadable", "trust_invalid"}


def test_a_withdrawals_file_that_is_named_must_be_there_and_be_one(tmp_path: Path) -> None:
    write_files(tmp_path, {f"t/{CA}": ROOT.pem, "bad.json": b"{}", "good.json": b'{"version":"1"}'})
    assert refused(tmp_path / "t", tmp_path / "missing.json").code == "file_unreadable"
    assert refused(tmp_path / "t", tmp_path / "bad.json").code == "withdrawals_invalid"
    assert trust.load(tmp_path / "t", tmp_path / "good.json").digest == trusting(ROOT).digest


def test_notations_trust_store_works_as_it_is(tmp_path: Path) -> None:
    # ~/.config/notation/truststore: stores of three types, PEM and DER mixed, and no keys.
    found = loaded(
        tmp_path / "truststore",
        **{
            "x509/ca/acme-rockets/cert1.pem": ROOT.pem,
            "x509/ca/acme-rockets/cert2.crt": OTHER.der,
            "x509/signingAuthority/acme-rockets/cert3.pem": ROOT.pem,
            "x509/tsa/timestamps/root.cer": OTHER.der,
        },
    )
    assert len(found.anchors) == 4


def test_a_volume_of_kubernetes_works_as_it_is(tmp_path: Path) -> None:
    # An atomic writer's volume: the files lie below ..<date>, ..data points there, and the top has links into it.
    write_files(tmp_path / "..2026_11_23", {CA: ROOT.pem, KEYS: public_pem(ec_key(1))})
    (tmp_path / "..data").symlink_to("..2026_11_23")
    (tmp_path / "x509").symlink_to("..data/x509")
    (tmp_path / "keys").symlink_to("..data/keys")
    found = trust.load(tmp_path)
    assert [store.name for store, _ in found.anchors] == ["wabbit-networks"]
    assert [entry.store for entry in found.key_entries] == ["build"]


def test_a_volume_of_kubernetes_as_one_store_works_too(tmp_path: Path) -> None:
    store = tmp_path / "x509" / "ca" / "wabbit-networks"
    write_files(store / "..2026_11_23", {"ca.crt": ROOT.pem})
    (store / "..data").symlink_to("..2026_11_23")
    (store / "ca.crt").symlink_to("..data/ca.crt")
    assert len(trust.load(tmp_path).anchors) == 1


def test_the_digest_is_of_what_is_trusted_and_not_of_how_it_is_written(tmp_path: Path) -> None:
    one = loaded(tmp_path / "1", **{"x509/ca/a/1.pem": ROOT.pem, "x509/ca/a/2.pem": OTHER.pem})
    other = loaded(tmp_path / "2", **{"x509/ca/a/all.pem": OTHER.pem + ROOT.pem, "x509/ca/a/z.der": ROOT.der})
    assert one.digest == other.digest


def everything() -> dict[str, Trust]:
    key, digest = ec_key(1), "sha256:" + "0a" * 32
    base = trusting(ROOT)
    return {
        "base": base,
        "another root": trusting(OTHER),
        "two roots": trusting(ROOT, OTHER),
        "another store": trusting(ROOT, store="other"),
        "another type": Trust(tuple(anchors("signingAuthority", "wabbit-networks", ROOT.certificate))),
        "a key": Trust(base.anchors, (key_entry(key),)),
        "another key": Trust(base.anchors, (key_entry(ec_key(2)),)),
        "a key elsewhere": Trust(base.anchors, (key_entry(key, "other"),)),
        "a key as JWK": Trust(base.anchors, (key_entry(key, as_jwk=True),)),
        "a key with alg": Trust(base.anchors, (key_entry(key, as_jwk=True, algorithm="ES256"),)),
        "a withdrawn key": trusting(ROOT, withdrawals=[withdrawal(public_key=digest)]),
        "a withdrawn certificate": trusting(ROOT, withdrawals=[withdrawal(certificate=digest)]),
        "a withdrawn identity": trusting(ROOT, withdrawals=[withdrawal(identity="ca:a/b")]),
        "withdrawn later": trusting(ROOT, withdrawals=[withdrawal("2021-01-01T00:00:00Z", public_key=digest)]),
        "withdrawn for another reason": trusting(ROOT, withdrawals=[withdrawal(reason="x", public_key=digest)]),
        "withdrawn twice": trusting(ROOT, withdrawals=[withdrawal(public_key=digest), withdrawal(identity="ca:a/b")]),
    }


def test_the_digest_changes_with_every_change() -> None:
    digests = {change: configured.digest for change, configured in everything().items()}
    same = [(one, two) for one in digests for two in digests if one < two and digests[one] == digests[two]]
    assert same == []
    assert digests == {change: configured.digest for change, configured in everything().items()}


def test_trust_cannot_be_changed_after_it_was_read() -> None:
    configured = trusting(ROOT)
    with pytest.raises((AttributeError, TypeError)):
        configured.digest = "sha256:"  # type: ignore[misc]
    with pytest.raises(TypeError):
        configured.by_fingerprint["sha256:"] = ()  # type: ignore[index]


FILES = st.one_of(
    st.binary(max_size=40),
    mutation.changed_bytes(ROOT.pem),
    mutation.changed_bytes(ROOT.pem + OTHER.pem),
    mutation.changed_bytes(ROOT.der),
    mutation.changed_bytes(public_pem(ec_key(1))),
    mutation.changed_bytes(private_pem(ec_key(1))),
    mutation.changed_json(JWKS),
    mutation.changed_json(jwk(ec_key(1, ec.SECP521R1), kid="k", alg="ES512", key_ops=["verify"])),
    st.dictionaries(
        st.sampled_from(["kty", "crv", "x", "y", "n", "e", "d", "k", "kid", "alg", "use", "key_ops", "x5c", "keys"]),
        st.one_of(mutation.JSON, st.sampled_from(["EC", "RSA", "OKP", "P-256", "Ed25519", "AQAB", "sig"])),
        max_size=5,
    ).map(lambda members: mutation.written(members).encode()),
)


@mutation.SOME
@given(st.sampled_from([CA, KEYS]), FILES)
def test_any_file_in_a_store_is_read_or_refused_and_twice_the_same_way(room: Path, path: str, data: bytes) -> None:
    folder = room / path.partition("/")[0]
    write_files(folder, {path: data})

    def reading() -> object:
        return trust.load(folder).digest

    assert outcome(reading) == outcome(reading)
    assert outcome(reading)[0] in {"value", "trust_invalid"}


def test_a_certificate_that_cannot_sign_may_be_an_anchor_and_a_key_of_no_kind_may_not(tmp_path: Path) -> None:
    odd = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), b"\x05\x00")
    write_files(tmp_path, {CA: authority(extensions=[(odd, True)]).pem})
    assert len(trust.load(tmp_path).anchors) == 1


@pytest.mark.parametrize("members", [{"generate": "EC"}, {"self": 1}, {"x5c": ["AAAA"]}], ids=str)
def test_members_that_a_jwk_need_not_have_are_passed_over(tmp_path: Path, members: dict[str, Json]) -> None:
    # RFC 7517 section 4; `generate` would make the library make a key.
    write_files(tmp_path, {KEYS: compact({**jwk(ec_key(1)), **members})})
    (entry,) = trust.load(tmp_path).key_entries
    assert entry.key == PublicKey.of(ec_key(1).public_key())
