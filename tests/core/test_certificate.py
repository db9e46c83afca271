"""A certificate has one reading or is malformed, and may sign or issue as its own extensions say."""

import base64
import ipaddress

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID
from hypothesis import given

from provider import certificate
from provider.errors import Rejected
from tests.core import mutation
from tests.core.mutation import outcome
from tests.core.pki import (
    AT,
    DAY,
    HOST,
    Extension,
    Party,
    PrivateKey,
    authority,
    certify,
    digest_of,
    ec_key,
    ed_key,
    name,
    rsa_key,
    signer,
    usage,
)

EVERY_NAME = (
    x509.DNSName("b.example"),
    x509.IPAddress(ipaddress.ip_address("10.0.0.1")),
    x509.RFC822Name("a@b.example"),
    x509.UniformResourceIdentifier("https://b.example/"),
    x509.DirectoryName(name("directory")),
    x509.RegisteredID(x509.ObjectIdentifier("1.2.3")),
    x509.OtherName(x509.ObjectIdentifier("1.2.3"), b"\x05\x00"),
)
CRL = x509.CRLDistributionPoints(
    [x509.DistributionPoint([x509.UniformResourceIdentifier("http://b.example/crl")], None, None, None)]
)


def access(method: x509.ObjectIdentifier) -> x509.AuthorityInformationAccess:
    where = x509.UniformResourceIdentifier("http://b.example/")
    return x509.AuthorityInformationAccess([x509.AccessDescription(method, where)])


def full() -> Party:
    """A certificate with something of everything."""
    eku = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING, x509.ObjectIdentifier("1.2.3.4")])
    policy = x509.PolicyInformation(x509.ObjectIdentifier("1.2.3.4"), ["http://b.example/"])
    extensions: list[Extension] = [
        (eku, False),
        (CRL, False),
        (x509.CertificatePolicies([policy]), True),
        (access(AuthorityInformationAccessOID.OCSP), False),
    ]
    return signer(issuer=authority(), names=EVERY_NAME, extensions=extensions)


def read(party: Party) -> certificate.Certificate:
    return certificate.load(party.der)


def code(der: bytes) -> str:
    with pytest.raises(Rejected) as raised:
        certificate.load(der)
    return raised.value.code


def why_no_signer(party: Party, *, pinned: bool = False) -> str:
    with pytest.raises(Rejected) as raised:
        certificate.check_signer(read(party), pinned=pinned)
    assert (raised.value.code, raised.value.check) == ("certificate_profile", "authenticity")
    return raised.value.message


def why_no_issuer(party: Party, below: int = 0) -> str:
    with pytest.raises(Rejected) as raised:
        certificate.check_issuer(read(party), below)
    assert raised.value.code == "certificate_profile"
    return raised.value.message


def test_what_a_certificate_says_is_read_as_it_stands() -> None:
    party = full()
    one = read(party)
    assert (one.fingerprint, one.der) == (digest_of(party.der), party.der)
    assert (one.common_names, one.subject, one.issuer) == ((HOST,), f"CN={HOST}", "CN=Wabbit Networks CA")
    assert (one.not_before, one.not_after, one.serial_number) == (AT - 30 * DAY, AT + 30 * DAY, 4711)
    assert one.alternative_names == (
        "DNS:b.example",
        "IP:10.0.0.1",
        "email:a@b.example",
        "URI:https://b.example/",
        "dirName:CN=directory",
        "other:RegisteredID",
        "other:OtherName",
    )
    assert (one.dns_names, one.ip_addresses) == (("b.example",), ("10.0.0.1",))
    assert one.extended_key_usages == ("codeSigning", "1.2.3.4")
    assert (one.is_ca, one.path_length, one.signs_content, one.signs_certificates) == (False, None, True, False)
    assert one.has_revocation_pointer
    assert not one.self_signed
    assert one.flaw is None
    certificate.check_signer(one, pinned=False)


def test_a_ca_says_so_and_may_issue() -> None:
    one = read(authority(path_length=1))
    assert (one.is_ca, one.path_length, one.signs_content, one.signs_certificates) == (True, 1, False, True)
    assert one.self_signed
    assert not one.has_revocation_pointer
    certificate.check_issuer(one, 1)


def test_reading_it_again_gives_the_same() -> None:
    assert certificate.load_pem(full().pem) == certificate.load(full().der)


@pytest.mark.parametrize(
    ("extension", "points"),
    [
        (CRL, True),
        (access(AuthorityInformationAccessOID.OCSP), True),
        (access(AuthorityInformationAccessOID.CA_ISSUERS), False),
    ],
    ids=["crl", "ocsp", "issuers"],
)
def test_a_crl_or_an_ocsp_address_is_a_pointer(extension: x509.ExtensionType, points: bool) -> None:  # noqa: FBT001
    assert read(signer(extensions=[(extension, False)])).has_revocation_pointer is points


@pytest.mark.parametrize(
    "der",
    [
        b"",
        b"\0",
        b"-----BEGIN CERTIFICATE-----\n",
        full().der[:-1],
        full().der + b"\0",
        full().der + full().der,
        b"\x30\x80" + full().der,
        b"\x30\x84\xff\xff\xff\xff",
    ],
)
def test_what_is_no_certificate_is_malformed(der: bytes) -> None:
    assert code(der) == "certificate_malformed"


@pytest.mark.parametrize("version", [1, 3, 5, 127])
def test_a_version_that_does_not_exist_is_malformed(version: int) -> None:
    der = full().der
    place = der.index(bytes.fromhex("a003020102"))
    assert code(der[: place + 4] + bytes([version]) + der[place + 5 :]) == "certificate_malformed"


def test_a_certificate_over_its_cap_is_not_looked_at() -> None:
    comment = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x04\x82\x80\x00" + bytes(32768))
    assert code(signer(extensions=[(comment, False)]).der) == "certificate_malformed"


@pytest.mark.filterwarnings("ignore::UserWarning")
@mutation.MANY
@given(mutation.changed_bytes(full().der))
def test_spoilt_der_is_read_or_malformed(der: bytes) -> None:
    kind, value = outcome(lambda: certificate.load(der))
    assert kind == "certificate_malformed" or isinstance(value, certificate.Certificate)
    if isinstance(value, certificate.Certificate):
        for check in (
            lambda: certificate.check_signer(value, pinned=True),
            lambda: certificate.check_issuer(value, 0),
            lambda: value.issued_by(certificate.load(authority().der)),
        ):
            assert outcome(check)[0] in {"value", "certificate_profile"}


@pytest.mark.filterwarnings("ignore::UserWarning")
@mutation.SOME
@given(mutation.changed_bytes(signer(key=ec_key(1, ec.SECP521R1)).der))
def test_a_spoilt_certificate_was_not_issued_by_whoever_issued_the_good_one(der: bytes) -> None:
    original = read(signer(key=ec_key(1, ec.SECP521R1)))
    kind, value = outcome(lambda: certificate.load(der))
    if isinstance(value, certificate.Certificate) and der != original.der:
        assert not value.issued_by(original)
        assert not value.self_signed
    assert kind in {"value", "certificate_malformed"}


def test_a_certificate_is_issued_by_the_one_whose_name_and_key_fit() -> None:
    root, other_key, other_name = authority(), authority(key=ec_key(101)), authority("Other CA")
    leaf = read(signer(issuer=root))
    assert leaf.issued_by(read(root))
    assert not leaf.issued_by(read(other_key))
    assert not leaf.issued_by(read(other_name))
    assert not leaf.issued_by(read(signer(issuer=root)))


@pytest.mark.parametrize(
    ("key", "why"),
    [
        (ec_key(1, ec.SECP256K1), "P-521"),
        (rsa.generate_private_key(65537, 1024), "1024 bits"),  # noqa: S505  # weak is what it is for
    ],
    ids=["secp256k1", "rsa1024"],
)
def test_a_weak_or_odd_key_is_a_flaw_that_no_pinning_heals(key: PrivateKey, why: str) -> None:
    assert why in why_no_signer(signer(key=key), pinned=True)
    assert why in why_no_issuer(authority(key=key))


@pytest.mark.parametrize(
    "key", [rsa_key(), ec_key(1, ec.SECP384R1), ec_key(1, ec.SECP521R1)], ids=["rsa", "384", "521"]
)
@pytest.mark.parametrize("hashed", [hashes.SHA256(), hashes.SHA384(), hashes.SHA512()], ids=lambda one: one.name)
def test_the_algorithms_that_are_read_are_no_flaw(
    key: PrivateKey, hashed: hashes.SHA256 | hashes.SHA384 | hashes.SHA512
) -> None:
    certificate.check_signer(read(signer(key=key, hashed=hashed)), pinned=True)


def test_a_signature_with_sha_1_is_a_flaw() -> None:
    sha256, sha1 = bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d010105")
    der = signer(key=rsa_key()).der
    assert der.count(sha256) == 2
    assert certificate.load(der.replace(sha256, sha1)).flaw == "it is signed with sha1"


def test_a_signature_with_an_algorithm_that_is_not_read_is_a_flaw() -> None:
    assert "not read" in why_no_signer(signer(key=ed_key()), pinned=True)


def test_a_signature_with_an_algorithm_that_does_not_exist_is_a_flaw() -> None:
    sha256, unknown = bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d010163")
    one = certificate.load(signer(key=rsa_key()).der.replace(sha256, unknown))
    assert one.flaw == "it is signed with an algorithm that is not read"
    assert not one.self_signed


def test_an_unknown_critical_extension_is_a_flaw_and_an_uncritical_one_is_not() -> None:
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    assert "1.2.3.4" in why_no_signer(signer(extensions=[(unknown, True)]), pinned=True)
    assert "1.2.3.4" in why_no_issuer(authority(extensions=[(unknown, True)]))
    certificate.check_signer(read(signer(extensions=[(unknown, False)])), pinned=False)


@pytest.mark.parametrize("critical", [True, False])
def test_name_constraints_are_a_flaw_whether_critical_or_not(critical: bool) -> None:  # noqa: FBT001
    constraints = x509.NameConstraints([x509.DNSName("b.example")], None)
    why_no_issuer(authority(extensions=[(constraints, critical)]))


@pytest.mark.parametrize("cns", [(), ("a", "b"), ("a", "a")])
@pytest.mark.parametrize("pinned", [True, False])
def test_a_signer_has_exactly_one_common_name(cns: tuple[str, ...], pinned: bool) -> None:  # noqa: FBT001
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "o"),
            *(x509.NameAttribute(NameOID.COMMON_NAME, cn) for cn in cns),
        ]
    )
    assert "instead of one" in why_no_signer(signer(subject), pinned=pinned)


def test_a_ca_signs_no_content_unless_it_is_pinned() -> None:
    assert "is a CA" in why_no_signer(authority())
    certificate.check_signer(read(authority()), pinned=True)


def test_a_key_usage_must_have_digital_signature_where_there_is_one() -> None:
    without = certify(HOST, extensions=[(usage("content_commitment"), True)])
    assert "digitalSignature" in why_no_signer(without)
    certificate.check_signer(read(without), pinned=True)
    certificate.check_signer(read(certify(HOST)), pinned=False)
    certificate.check_signer(read(certify(HOST, extensions=[(usage("digital_signature"), False)])), pinned=False)


def test_an_issuer_is_a_ca_with_key_cert_sign() -> None:
    no_ca: list[Extension] = [(usage("key_cert_sign"), True)]
    not_ca: list[Extension] = [(x509.BasicConstraints(ca=False, path_length=None), True), *no_ca]
    no_usage: list[Extension] = [(x509.BasicConstraints(ca=True, path_length=None), True)]
    wrong_usage: list[Extension] = [*no_usage, (usage("digital_signature"), True)]
    assert "no CA" in why_no_issuer(certify("CA", extensions=no_ca))
    assert "no CA" in why_no_issuer(certify("CA", extensions=not_ca))
    assert "keyCertSign" in why_no_issuer(certify("CA", extensions=no_usage))
    assert "keyCertSign" in why_no_issuer(certify("CA", extensions=wrong_usage))


@pytest.mark.parametrize(("length", "below"), [(0, 1), (1, 2), (0, 15)])
def test_a_path_length_is_kept(length: int, below: int) -> None:
    certificate.check_issuer(read(authority(path_length=length)), length)
    assert f"allows {length}" in why_no_issuer(authority(path_length=length), below)


def test_a_common_name_may_hold_anything_and_stays_as_it_is() -> None:
    odd = 'ca:store/a, O="x"\n\x01é'
    assert read(signer(odd)).common_names == (odd,)
    assert base64.b64encode(read(signer(odd)).der)
