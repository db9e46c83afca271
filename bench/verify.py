"""Verification on one core: nv2 JWT envelopes to documents, beside raw cryptography over the same bytes.

Trust is loaded once and every envelope is another one, as in a service that meets new images; a document is built for
each and not serialised. Prints medians of several rounds, in envelopes a second.
"""

import gc
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from provider import clock, document, issue, oci, trust
from provider.claims import Document, SourceCoverage
from provider.digest import sha256
from provider.document import Evidence, Target
from provider.envelopes import nv2
from provider.oci import Content
from provider.sign import sign, signing_key
from provider.trust import Trust
from provider.verify import Stored

ENVELOPES, ROUNDS = 1000, 5
CN = "registry.example.com"


def main() -> None:
    """Measure both kinds of key, and print a table."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    print(f"{ENVELOPES} envelopes, one core, median of {ROUNDS} rounds, a second")
    print(f"{'key':8} {'raw cryptography':>18} {'documents':>12}")
    for kind in ("P-256", "RSA-2048"):
        raw, documents = measure(kind)
        print(f"{kind:8} {raw:18,.0f} {documents:12,.0f}")


def measure(kind: str) -> tuple[float, float]:
    """Signatures a second by `cryptography` alone, and documents a second by the provider."""
    now = clock.now()
    signed, private, trusted = prepare(kind, now)
    public = private.public_key()
    envelopes = [nv2.parse_jwt(data) for _, data in signed]

    def raw() -> None:
        for envelope in envelopes:
            if isinstance(public, rsa.RSAPublicKey):
                public.verify(envelope.signature, envelope.signed, padding.PKCS1v15(), SHA256())
            else:
                half = len(envelope.signature) // 2
                r, s = (int.from_bytes(part, "big") for part in (envelope.signature[:half], envelope.signature[half:]))
                public.verify(encode_dss_signature(r, s), envelope.signed, ec.ECDSA(SHA256()))

    def documents() -> None:
        for content, data in signed:
            stated = build(content, data, trusted, now)
            if len(stated.signatures) != 1:
                raise AssertionError("an envelope that was just signed is not sound")

    return rate(raw), rate(documents)


def prepare(
    kind: str, now: int
) -> tuple[list[tuple[Content, bytes]], rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, Trust]:
    """Manifests with an envelope over each, the key that signed them, and the trust that anchors it."""
    private = (
        rsa.generate_private_key(65537, 2048) if kind.startswith("RSA") else ec.generate_private_key(ec.SECP256R1())
    )
    certificate = issue.self_signed(CN, now, 30, private)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    key = signing_key(pem, certificate.certificate_pem())
    with TemporaryDirectory() as folder:
        store = Path(folder) / "x509/ca/bench"
        store.mkdir(parents=True)
        (store / "certificate.pem").write_bytes(certificate.certificate_pem())
        trusted = trust.load(Path(folder))
    signed = []
    for number in range(ENVELOPES):
        manifest = b'{"schemaVersion":2,"mediaType":"%s","number":%d}' % (oci.IMAGE_MANIFEST.encode(), number)
        content = oci.identify(manifest)
        signed.append((content, sign(content, [f"{CN}/image:{number}"], key, at=now, lifetime=86400, form="nv2.jwt")))
    return signed, private, trusted


def build(content: Content, envelope: bytes, trusted: Trust, now: int) -> Document:
    """The document of one image with one envelope, as the service makes it."""
    stored = Stored(envelope, sha256(envelope), nv2.JWT_MEDIA_TYPE, "bench")
    coverage = SourceCoverage(name="bench", kind="files", status="answered", found=1)
    evidence = Evidence((stored,), (coverage,))
    return document.build(document.unnamed(content), Target(content, evidence), (), trusted, at=now, max_age=3600)


def rate(work: Callable[[], None]) -> float:
    """How many of `ENVELOPES` are done in a second: the median of several rounds after one that is not counted."""
    times = []
    for _ in range(ROUNDS + 1):
        gc.collect()
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return ENVELOPES / statistics.median(times[1:])


if __name__ == "__main__":
    main()
