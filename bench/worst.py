"""The worst inputs that were found for each parser, at its cap: seconds and peak memory, each in a process of its own.

The bound that holds is a second and 200 MB. What the caps are, and that nothing is looked at beyond them, is asserted
in the tests; here it is measured what they cost.
"""

import base64
import contextlib
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable

from provider import certificate, envelopes, oci, reference, strict
from provider.envelopes import MAX_ENVELOPE
from provider.envelopes.envelope import MAX_REFERENCES
from provider.errors import Refused, Rejected
from provider.oci import MAX_MANIFEST
from provider.trust import MAX_FILE, pem_blocks
from provider.withdrawals import parse as parse_withdrawals


def jwt(claims: bytes, header: bytes = b'{"typ":"x509","alg":"ES256","kid":"k"}') -> bytes:
    parts = (base64.urlsafe_b64encode(part).rstrip(b"=") for part in (header, claims, b"s" * 64))
    return b".".join(parts)[:MAX_ENVELOPE]


def filled(item: bytes, cap: int, before: bytes = b"[", after: bytes = b"]") -> bytes:
    """As many items as fit under a cap."""
    count = (cap - len(before) - len(after)) // (len(item) + 1)
    return before + b",".join([item] * count) + after


def members(cap: int) -> bytes:
    names: list[bytes] = []
    size = 2
    while size < cap - 20:
        names.append(b'"%x":0' % len(names))
        size += len(names[-1]) + 1
    return b"{" + b",".join(names) + b"}"


def envelope(data: bytes) -> Callable[[], object]:
    return lambda: envelopes.recognise(data, None).parse(data)


def references() -> bytes:
    names = ["a" * 63 + ".example/" + "a" * 250 + f"/{number}" for number in range(MAX_REFERENCES)]
    claims = {"mediaType": "m", "digest": f"sha256:{'0' * 64}", "size": 1, "references": names}
    return jwt(json.dumps(claims).encode())


INPUTS: dict[str, Callable[[], object]] = {
    "JSON: many objects": lambda: strict.loads(filled(b"{}", MAX_MANIFEST)),
    "JSON: many small objects": lambda: strict.loads(filled(b'{"a":1}', MAX_MANIFEST)),
    "JSON: many lists": lambda: strict.loads(filled(b"[]", MAX_MANIFEST)),
    "JSON: many strings": lambda: strict.loads(filled(b'"ab"', MAX_MANIFEST)),
    "JSON: many integers": lambda: strict.loads(filled(b"1000", MAX_MANIFEST)),
    "JSON: many members": lambda: strict.loads(members(MAX_MANIFEST)),
    "JSON: an integer of digits": lambda: strict.loads(b"1" * MAX_MANIFEST),
    "JSON: brackets without end": lambda: strict.loads(b"[" * MAX_MANIFEST),
    "JSON: brackets in strings": lambda: strict.loads(filled(b'"[[[["', MAX_MANIFEST)),
    "JSON: escapes": lambda: strict.loads(filled(b'"\\u0041\\\\\\""', MAX_MANIFEST)),
    "JSON: a string without end": lambda: strict.loads(b'["' + b"\\\\" * (MAX_MANIFEST // 2 - 2)),
    "manifest: descriptors": lambda: oci.parse(
        filled(b'{"mediaType":"a","digest":"sha256:%s","size":1}' % (b"0" * 64), MAX_MANIFEST, b'{"layers":[', b"]}")
    ),
    "nv2.jwt: claims of objects": envelope(jwt(filled(b"{}", MAX_ENVELOPE * 3 // 4 - 200, b'{"x":[', b"]}"))),
    "nv2.jwt: claims of members": envelope(jwt(members(MAX_ENVELOPE * 3 // 4 - 200))),
    "nv2.jwt: only dots": envelope(b"." * MAX_ENVELOPE),
    "nv2.jwt: references": envelope(references()),
    "nv2.json: signed objects": envelope(filled(b"{}", MAX_ENVELOPE, b'{"signature":{},"signed":{"x":[', b"]}}")),
    "reference: dashes": lambda: reference.parse_full("a.example/" + "a-" * 100_000),
    "certificate: garbage": lambda: certificate.load(b"\x30\x82\x7f\xff" * 8192),
    "trust: PEM without end": lambda: list(pem_blocks(b"-----BEGIN CERTIFICATE-----" * (MAX_FILE // 27))),
    "withdrawals: many": lambda: parse_withdrawals(filled(b'{"reason":"r"}', MAX_FILE), "file"),
}


def main() -> None:
    """Measure every input, or in a process of its own the one that is named."""
    if len(sys.argv) > 1:
        measure(INPUTS[sys.argv[1]])
        return
    print(f"{'worst input':32} {'seconds':>8} {'MB':>6}")
    for name in INPUTS:
        done = subprocess.run([sys.executable, __file__, name], capture_output=True, text=True, check=True)
        seconds, megabytes = done.stdout.split()
        print(f"{name:32} {float(seconds):8.3f} {float(megabytes):6.0f}", flush=True)


def measure(work: Callable[[], object]) -> None:
    """Print the seconds that a piece of work took, and the peak memory of this process in MB."""
    began = time.perf_counter()
    with contextlib.suppress(Rejected, Refused, strict.Malformed, ValueError):
        work()
    seconds = time.perf_counter() - began
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    main()
