"""Names in certificates against hosts in references (nv2: the domain of every reference must match the certificate).

The Common Name counts, and so does each dNSName or iPAddress beside it. Hosts compare without their port and without
regard to case; a wildcard stands for exactly one label, the leftmost; an IP address is compared as text.
"""

import ipaddress
from collections.abc import Iterable

from provider import reference
from provider.certificate import Certificate
from provider.errors import Rejected


def check_references(references: Iterable[str], certificate: Certificate) -> None:
    """Check that every reference lies under the certificate's names; raises `Rejected` with reference_mismatch."""
    for text in references:
        parsed = reference.parse_full(text)
        if parsed is None or not covers(certificate, parsed.host):
            names = ", ".join(repr(name) for name in certificate.common_names)
            raise Rejected("reference_mismatch", "references", f"{text!r} is outside the certificate's name {names}")


def covers(certificate: Certificate, host: str) -> bool:
    """Whether one of the certificate's names is the host's."""
    if _is_address(host):
        return host in certificate.common_names or host in certificate.ip_addresses
    return any(_matches(name, host) for name in (*certificate.common_names, *certificate.dns_names))


def _matches(name: str, host: str) -> bool:
    if not name.isascii():
        return False  # no host is spelt so, but other letters fold to ASCII ones
    name, host = name.lower(), host.lower()
    if name.startswith("*."):
        label, dot, rest = host.partition(".")
        return bool(label and dot) and rest == name[2:]
    return name == host


def _is_address(host: str) -> bool:
    if ":" not in host and not host[-1:].isdigit():
        return False  # most hosts are names, and an exception for each of them takes its time
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
