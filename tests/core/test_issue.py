"""What is made keeps the profile that verification demands, and the Notary Project's."""

from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from provider import certificate, issue, names, trust
from provider.chain import anchor
from provider.errors import Refused, Rejected
from provider.issue import Issued
from provider.sign import signing_key
from tests.core.mutation import outcome
from tests.core.pki import AT, DAY, HOST, Party, ec_key, of, rsa_key, trusting, write_files


def read(made: Issued) -> certificate.Certificate:
    return of(made.certificate)


def test_a_self_signed_certificate_is_a_signer() -> None:
    made = read(issue.self_signed(HOST, AT, 30))
    certificate.check_signer(made, pinned=False)
    assert made.self_signed
    assert (made.not_before, made.not_after) == (AT, AT + 30 * DAY)
    assert (made.common_names, made.dns_names, made.extended_key_usages) == ((HOST,), (HOST,), ("codeSigning",))


def test_a_leaf_is_anchored_by_its_ca_and_issues_nothing() -> None:
    root = issue.ca("Wabbit Networks CA", AT, 60)
    leaf = issue.leaf(HOST, root, AT, 30)
    certificate.check_issuer(read(root), 0)
    with pytest.raises(Rejected):
        certificate.check_issuer(read(root), 1)
    assert anchor((read(leaf),), trusting(Party(ec_key(), root.certificate)), "ca")


@pytest.mark.parametrize("make", [lambda: issue.self_signed(HOST, AT, 1), lambda: issue.ca(HOST, AT, 1)])
def test_key_usage_and_constraints_are_critical(make: object) -> None:
    made = make()  # type: ignore[operator]
    for kind in (x509.KeyUsage, x509.BasicConstraints):
        assert made.certificate.extensions.get_extension_for_class(kind).critical


def test_only_a_signer_has_an_extended_key_usage() -> None:
    found = issue.self_signed(HOST, AT, 1).certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert [*found.value] == [ExtendedKeyUsageOID.CODE_SIGNING]
    assert read(issue.ca(HOST, AT, 1)).extended_key_usages == ()


@pytest.mark.parametrize("address", ["10.0.0.1", "::1"])
def test_an_address_is_a_name_too(address: str) -> None:
    made = read(issue.self_signed(address, AT, 1))
    assert made.ip_addresses == (address,)
    assert names.covers(made, address)


def test_a_key_of_ones_own_is_used() -> None:
    assert issue.self_signed(HOST, AT, 1, rsa_key()).key is rsa_key()


def test_serial_numbers_and_keys_are_new_each_time() -> None:
    one, other = issue.self_signed(HOST, AT, 1), issue.self_signed(HOST, AT, 1)
    assert one.certificate.serial_number != other.certificate.serial_number
    assert one.key_pem() != other.key_pem()


@pytest.mark.parametrize("kind", issue.CERTIFIED_KINDS)
def test_every_kind_of_key_that_is_offered_makes_a_signer(kind: str) -> None:
    key = issue.private_key(kind)
    root = issue.ca("CA", AT, 1)
    for made in (issue.self_signed(HOST, AT, 1, key), issue.leaf(HOST, root, AT, 1, key)):
        certificate.check_signer(read(made), pinned=False)
        assert signing_key(made.key_pem(), made.certificate_pem()).public == read(made).key


def test_a_bare_key_goes_into_a_store_and_signs(tmp_path: Path) -> None:
    pem, jwk = issue.bare_key()
    entry = trust.load(write_files(tmp_path, {"keys/build/key.jwk": jwk})).key_entries[0]
    assert (entry.algorithm, entry.key.kind) == ("EdDSA", "Ed25519")
    assert signing_key(pem, None).public == entry.key


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(
    "cn", ["", "x" * 65, "\udcff", "é" * 64, "a\0b", "Wabbit Networks", "*.wabbit-networks.io", "日本", " "]
)
def test_any_name_is_issued_for_or_refused(cn: str) -> None:
    root = issue.ca("CA", AT, 1)
    for make in (issue.self_signed, issue.ca, lambda *of: issue.leaf(of[0], root, *of[1:])):
        kind, made = outcome(lambda make=make: make(cn, AT, 1))  # type: ignore[misc]
        assert kind == "key_invalid" or (isinstance(made, Issued) and read(made).common_names == (cn,))


def test_what_is_refused_says_so_as_an_error_of_ours() -> None:
    with pytest.raises(Refused) as raised:
        issue.self_signed("", AT, 1)
    assert raised.value.code == "key_invalid"
