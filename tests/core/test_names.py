"""Every signed reference must lie under a name of the certificate; names are compared as hosts are, and no looser."""

import ipaddress

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from provider import names
from provider.certificate import Certificate
from provider.errors import Rejected
from tests.core import mutation
from tests.core.pki import name, of, signer


def certificate(*cns: str, sans: tuple[x509.GeneralName, ...] = ()) -> Certificate:
    return of(signer(name(*cns), names=sans).certificate)


@pytest.mark.parametrize(
    ("cn", "reference"),
    [
        ("registry.wabbit-networks.io", "registry.wabbit-networks.io/net-monitor:v1"),
        ("registry.wabbit-networks.io", "registry.wabbit-networks.io:5000/a/b"),
        ("REGISTRY.wabbit-networks.io", "registry.WABBIT-networks.io/net-monitor"),
        ("*.wabbit-networks.io", "registry.wabbit-networks.io/net-monitor"),
        ("*.wabbit-networks.io", "a-b.wabbit-networks.io:443/net-monitor"),
        ("localhost", "localhost:5000/net-monitor"),
        ("10.0.0.1", "10.0.0.1:5000/net-monitor"),
        ("::1", "[::1]:5000/net-monitor"),
    ],
)
def test_a_reference_under_the_common_name_is_covered(cn: str, reference: str) -> None:
    names.check_references([reference], certificate(cn))


@pytest.mark.parametrize(
    ("cn", "reference"),
    [
        ("registry.wabbit-networks.io", "wabbit-networks.io/net-monitor"),
        ("wabbit-networks.io", "registry.wabbit-networks.io/net-monitor"),
        ("registry.wabbit-networks.io", "registry.wabbit-networks.io.evil.example/net-monitor"),
        ("registry.wabbit-networks.io", "evil-registry.wabbit-networks.io/net-monitor"),
        ("registry.wabbit-networks.io:5000", "registry.wabbit-networks.io:5000/net-monitor"),
        ("registry.wabbit-networks.io", "registry.wabbit-networks.io"),
        ("registry.wabbit-networks.io", "net-monitor:v1"),
        ("*.wabbit-networks.io", "wabbit-networks.io/net-monitor"),
        ("*.wabbit-networks.io", "a.b.wabbit-networks.io/net-monitor"),
        ("*.*.wabbit-networks.io", "a.b.wabbit-networks.io/net-monitor"),
        ("reg*.wabbit-networks.io", "registry.wabbit-networks.io/net-monitor"),
        ("registry.*.io", "registry.wabbit-networks.io/net-monitor"),
        ("*", "localhost/net-monitor"),
        ("*.0.0.1", "127.0.0.1/net-monitor"),
        ("127.0.0.01", "127.0.0.1/net-monitor"),
        ("::1", "[0:0:0:0:0:0:0:1]/net-monitor"),
        ("Wabbit Networks", "wabbit-networks/net-monitor"),
    ],
)
def test_a_reference_outside_the_common_name_is_rejected(cn: str, reference: str) -> None:
    with pytest.raises(Rejected) as raised:
        names.check_references([reference], certificate(cn))
    assert (raised.value.code, raised.value.check) == ("reference_mismatch", "references")


def test_letters_that_only_look_alike_are_not_alike() -> None:
    # U+212A, the Kelvin sign, is a k for str.lower, and for no registry.
    with pytest.raises(Rejected):
        names.check_references(["kubernetes.example/pause:3"], certificate("\u212aubernetes.example"))


def test_every_reference_must_be_covered() -> None:
    with pytest.raises(Rejected) as raised:
        names.check_references(["a.example/x", "b.example/x"], certificate("a.example"))
    assert "b.example/x" in raised.value.message
    names.check_references([], certificate("a.example"))


def test_a_dns_name_or_an_address_beside_the_common_name_covers_too() -> None:
    sans = (x509.DNSName("b.example"), x509.DNSName("*.c.example"), x509.IPAddress(ipaddress.ip_address("10.0.0.1")))
    one = certificate("Wabbit Networks", sans=sans)
    names.check_references(["b.example/x", "B.example:80/x", "1.c.example/x", "10.0.0.1/x"], one)


@pytest.mark.parametrize(
    "san",
    [
        x509.RFC822Name("a@b.example"),
        x509.UniformResourceIdentifier("https://b.example/"),
        x509.DirectoryName(name("b.example")),
        x509.DNSName("10.0.0.1"),
        x509.IPAddress(ipaddress.ip_network("10.0.0.0/8")),
    ],
    ids=lambda san: type(san).__name__,
)
def test_other_alternative_names_cover_nothing(san: x509.GeneralName) -> None:
    one = certificate("Wabbit Networks", sans=(san,))
    assert not names.covers(one, "b.example")
    assert not names.covers(one, "10.0.0.1")


@mutation.FEW
@given(st.text("aZ0-.*", min_size=1, max_size=12), st.text("aZ0-.", min_size=1, max_size=12))
def test_case_makes_no_difference_and_whole_labels_do(cn: str, host: str) -> None:
    one = certificate(cn)
    covered = names.covers(one, host)
    assert names.covers(one, host.swapcase()) == covered
    if covered:
        labels, own = host.lower().split("."), cn.lower().split(".")
        assert len(labels) == len(own)
        assert labels[1:] == own[1:]
