"""Names: every reference's host against the certificate's, by the rule of nv2 and ours."""

from collections.abc import Iterator
from typing import Final

from tests.vectors.actors import CN, NV2, OWN, by_chain, claims, jwt
from tests.vectors.draft import SOUND, Case, rejected
from tests.vectors.pki import issue

MISMATCH: Final = rejected("reference_mismatch")
COMMON_NAME: Final = f"{NV2}: the domain of every reference must match the common name"
WILDCARD: Final = "RFC 6125 section 6.4.3: a wildcard covers one label, the leftmost"
CASE: Final = "RFC 4343: ASCII case does not count"
PORT: Final = f"{COMMON_NAME}; a port is no part of a domain"
ALTERNATIVE: Final = f"{OWN}: a dNSName beside the common name counts as well"
ADDRESS: Final = f"{OWN}: an IP host matches a common name or an iPAddress of the same text"

INSIDE: Final[tuple[tuple[str, str, str, str, str], ...]] = (
    # case, why, source, common name, host of the reference
    ("port", "The reference has a port.", PORT, CN, f"{CN}:5000"),
    ("host-upper-case", "The reference's host is in upper case.", CASE, CN, CN.upper()),
    ("cn-upper-case", "The common name is in upper case.", CASE, CN.upper(), CN),
    ("single-label", "A host of one label, with its port.", PORT, "localhost", "localhost:5000"),
    ("wildcard", "A wildcard covers one label.", WILDCARD, "*.wabbit-networks.io", CN),
    ("wildcard-port", "A wildcard, and a port.", WILDCARD, "*.wabbit-networks.io", f"{CN}:443"),
    ("wildcard-case", "A wildcard, and upper case.", WILDCARD, "*.Wabbit-Networks.io", CN.upper()),
    ("ipv4-cn", "An IPv4 address is the common name.", ADDRESS, "192.0.2.1", "192.0.2.1"),
    ("ipv4-cn-port", "An IPv4 address with a port.", ADDRESS, "192.0.2.1", "192.0.2.1:5000"),
    ("ipv6-cn", "An IPv6 address is the common name.", ADDRESS, "2001:db8::1", "[2001:db8::1]"),
    ("ipv6-cn-port", "An IPv6 address with a port.", ADDRESS, "2001:db8::1", "[2001:db8::1]:5000"),
)
OUTSIDE: Final[tuple[tuple[str, str, str, str, str], ...]] = (
    ("other-host", "Another host.", COMMON_NAME, CN, "registry.acme-rockets.io"),
    ("host-longer-in-front", "The host ends in the common name.", COMMON_NAME, CN, f"not-{CN}"),
    ("host-longer-behind", "The host begins with the common name.", COMMON_NAME, CN, f"{CN}.acme-rockets.io"),
    ("subdomain", "A subdomain of the common name.", COMMON_NAME, CN, f"eu.{CN}"),
    ("parent", "The parent of the common name.", COMMON_NAME, CN, "wabbit-networks.io"),
    ("dot-is-a-dot", "A dot in a name is no placeholder.", COMMON_NAME, CN, CN.replace(".", "-")),
    ("host-in-path", "The common name stands in the path.", COMMON_NAME, CN, f"acme-rockets.io/{CN}"),
    ("cn-with-port", "The common name has a port, and a host never has.", PORT, "localhost:5000", "localhost:5000"),
    ("cn-with-path", "The common name is a whole repository.", COMMON_NAME, f"{CN}/net-monitor", CN),
    ("wildcard-two-labels", "A wildcard covers no two labels.", WILDCARD, "*.wabbit-networks.io", f"eu.{CN}"),
    ("wildcard-no-label", "A wildcard covers no bare domain.", WILDCARD, "*.wabbit-networks.io", "wabbit-networks.io"),
    ("wildcard-partial", "A wildcard is a whole label.", WILDCARD, "reg*.wabbit-networks.io", CN),
    ("wildcard-inner", "A wildcard is the leftmost label.", WILDCARD, "registry.*.io", CN),
    ("wildcard-two", "There is one wildcard at most.", WILDCARD, "*.*.io", CN),
    ("wildcard-alone", "A wildcard alone covers no host.", WILDCARD, "*", "localhost"),
    ("wildcard-address", "A wildcard covers no part of an address.", ADDRESS, "*.0.2.1", "192.0.2.1"),
    ("cn-kelvin", "The common name has a Kelvin sign, which is no k.", CASE, "\u212aubernetes.io", "kubernetes.io"),
    ("cn-long-s", "The common name has a long s, which is no s.", CASE, "regi\u017ftry.io", "registry.io"),
    ("cn-full-width", "The common name has a full-width letter.", CASE, "\uff52egistry.io", "registry.io"),
    ("cn-space", "A space follows the common name.", COMMON_NAME, f"{CN} ", CN),
    ("ipv4-other", "Another address.", ADDRESS, "192.0.2.1", "192.0.2.10"),
    ("ipv6-other-text", "The same IPv6 address in another writing.", ADDRESS, "2001:db8::1", "[2001:db8:0::1]"),
)


def cases() -> Iterator[Case]:
    """Hosts that lie under a certificate's names, and hosts that seem to."""
    for verdict, table in ((SOUND, INSIDE), (MISMATCH, OUTSIDE)):
        for name, why, rule, cn, host in table:
            signer = by_chain(issue(cn, "p256-signer"))
            stated = claims(references=[f"{host}/net-monitor:v1"])
            yield from jwt(f"name-{name}", why, rule, verdict, signer=signer, claims=stated)
    yield from _alternative_names()
    yield from _several()


def _alternative_names() -> Iterator[Case]:
    other = "Wabbit Networks Release"
    dns = by_chain(issue(other, "p256-signer", dns=("mirror.example", CN)))
    why = "A dNSName matches, not the common name; `cn` is reported as it stands, and never out of a dNSName."
    yield from jwt("name-dns-name", why, ALTERNATIVE, signer=dns)
    beside = by_chain(issue(CN, "p256-signer", dns=("mirror.example",)))
    why = "The common name counts where there are alternative names too, and they say another."
    yield from jwt("name-cn-beside-dns-name", why, COMMON_NAME, signer=beside)
    why = "Neither the common name nor a dNSName matches."
    stated = claims(references=["registry.acme-rockets.io/net-monitor:v1"])
    yield from jwt("name-dns-name-other", why, ALTERNATIVE, MISMATCH, signer=dns, claims=stated)
    wildcard = by_chain(issue(other, "p256-signer", dns=("*.wabbit-networks.io",)))
    yield from jwt("name-dns-name-wildcard", "A dNSName has a wildcard.", WILDCARD, signer=wildcard)
    why = "A dNSName's wildcard covers no two labels."
    stated = claims(references=[f"eu.{CN}/net-monitor:v1"])
    yield from jwt("name-dns-name-wildcard-two-labels", why, WILDCARD, MISMATCH, signer=wildcard, claims=stated)
    address = by_chain(issue(other, "p256-signer", addresses=("192.0.2.1", "2001:db8::1")))
    for name, host in (("ipv4", "192.0.2.1:5000"), ("ipv6", "[2001:db8::1]:5000")):
        stated = claims(references=[f"{host}/net-monitor:v1"])
        yield from jwt(f"name-{name}-address", "An iPAddress matches.", ADDRESS, signer=address, claims=stated)
    why = "An iPAddress and the reference are the same address in another writing."
    stated = claims(references=["[2001:DB8::1]/net-monitor:v1"])
    yield from jwt("name-ipv6-address-other-text", why, ADDRESS, MISMATCH, signer=address, claims=stated)
    why = "An address in a dNSName is no iPAddress."
    signer = by_chain(issue(other, "p256-signer", dns=("192.0.2.1",)))
    stated = claims(references=["192.0.2.1/net-monitor:v1"])
    yield from jwt("name-dns-name-of-address", why, ADDRESS, MISMATCH, signer=signer, claims=stated)


def _several() -> Iterator[Case]:
    why = "One of two references lies outside: all must match."
    inside, outside = f"{CN}/net-monitor:v1", "registry.acme-rockets.io/net-monitor:v1"
    for name, references in (("second", [inside, outside]), ("first", [outside, inside])):
        stated = claims(references=references)
        yield from jwt(f"name-{name}-of-two-outside", why, COMMON_NAME, MISMATCH, claims=stated)
    why = "Each reference matches another of the certificate's names."
    signer = by_chain(issue(CN, "p256-signer", dns=("mirror.example",)))
    stated = claims(references=[inside, "mirror.example/net-monitor:v1"])
    yield from jwt("name-each-another", why, ALTERNATIVE, signer=signer, claims=stated)
