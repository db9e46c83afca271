"""The cast: the certificates, signers and trust folders that most cases share, and the call that makes a case."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final, Unpack

from tests.vectors import jose
from tests.vectors.draft import (
    AT,
    BOTH,
    IMAGE_MANIFEST,
    JSON,
    JWT,
    MANIFEST,
    SOUND,
    Case,
    Draft,
    Form,
    Options,
    Pairs,
    Signer,
    Trust,
    Verdict,
    members,
    text,
)
from tests.vectors.pki import Certificate, authority, issue

NV2: Final = "the Notary v2 signature specification"
"""docs/signature/README.md of notaryproject/nv2, branch prototype-1; its JSON form at commit efe151d."""

OWN: Final = "sigclaims"
"""Rules that are this project's own."""

STORE: Final = "wabbit-networks"
CN: Final = "registry.wabbit-networks.io"
REFERENCE: Final = f"{CN}/net-monitor:v1"
DAY: Final = 86_400

CLAIMS: Final[Pairs] = (
    ("mediaType", IMAGE_MANIFEST),
    ("digest", jose.sha256(MANIFEST)),
    ("size", len(MANIFEST)),
    ("references", [REFERENCE]),
    ("iat", AT - DAY),
)


def claims(*without: str, **changed: object) -> Pairs:
    """The usual claims, changed."""
    return members(CLAIMS, *without, **changed)


def anchors(*certificates: Certificate, store: str = STORE, kind: str = "ca") -> Trust:
    """A trust folder with certificates of one store, `x509/<kind>/<store>/`."""
    return {f"x509/{kind}/{store}/{number}.pem": one.pem for number, one in enumerate(certificates, 1)}


def header(signer: Signer, *without: str, **changed: object) -> Pairs:
    """A signer's header, changed."""
    return members(signer.header, *without, **changed)


def keyed(name: str, data: bytes | Pairs, store: str = STORE) -> Trust:
    """A trust folder with one file in a key store; members become a JWK."""
    return {f"keys/{store}/{name}": data if isinstance(data, bytes) else text(data) + b"\n"}


def jwk(key: str, **more: object) -> Pairs:
    """The public key as a JWK's members."""
    return (*jose.jwk(key).items(), *more.items())


def by_chain(*chain: Certificate, trust: Trust | None = None, stores: tuple[str, ...] = (STORE,)) -> Signer:
    """A signer that sends certificates, leaf first; the last of them is the anchor unless a trust folder is given."""
    leaf = chain[0]
    return Signer(
        key=leaf.key,
        algorithm=jose.own_algorithm(leaf.key),
        named=(("x5c", [jose.b64(one.der) for one in chain]),),
        trust=anchors(chain[-1]) if trust is None else trust,
        certificate=leaf,
        identities=tuple(f"ca:{store}/{leaf.cn}" for store in stores),
    )


def by_kid(
    key: str,
    trust: Trust,
    kid: str | None = None,
    *,
    certificate: Certificate | None = None,
    stores: tuple[str, ...] = (STORE,),
    algorithm: str | None = None,
) -> Signer:
    """A signer that names its key; `certificate` where the key store has one for it."""
    name = certificate.cn if certificate else jose.public_digest(key)
    return Signer(
        key=key,
        algorithm=algorithm or jose.own_algorithm(key),
        named=(("kid", jose.libtrust_id(key) if kid is None else kid),),
        trust=trust,
        certificate=certificate,
        identities=tuple(f"keys:{store}/{name}" for store in stores),
    )


def as_jwk(key: str, algorithm: str | None = None) -> Signer:
    """A signer whose key the key store has as a JWK."""
    return by_kid(key, keyed("key.jwk", jwk(key)), algorithm=algorithm)


def both(name: str, why: str, source: str, verdict: Verdict = SOUND, **options: Unpack[Options]) -> Iterator[Case]:
    """A case in both forms."""
    return _cases(BOTH, name, why, source, verdict, options)


def jwt(name: str, why: str, source: str, verdict: Verdict = SOUND, **options: Unpack[Options]) -> Iterator[Case]:
    """A case of the JWT form alone."""
    return _cases(JWT, name, why, source, verdict, options)


def json_form(name: str, why: str, source: str, verdict: Verdict = SOUND, **options: Unpack[Options]) -> Iterator[Case]:
    """A case of the JSON form alone."""
    return _cases(JSON, name, why, source, verdict, options)


def _cases(
    forms: tuple[Form, ...], name: str, why: str, source: str, verdict: Verdict, options: Options
) -> Iterator[Case]:
    draft = replace(Draft(signer=SELF, claims=CLAIMS), **options)
    return (Case(form, name, why, source, verdict, draft) for form in forms)


SELF_SIGNED: Final = issue(CN, "p256-signer")
SELF: Final = by_chain(SELF_SIGNED)
"""Who signs where it does not matter: a self-signed certificate that lies in the store."""

RSA_SELF_SIGNED: Final = issue(CN, "rsa-2048")
RSA_SELF: Final = by_chain(RSA_SELF_SIGNED)

ROOT: Final = authority("Wabbit Networks Root", "p256-root")
INTERMEDIATE: Final = authority("Wabbit Networks Signing CA", "p256-intermediate", ROOT, path_length=0)
LEAF: Final = issue(CN, "p256-signer", INTERMEDIATE)
CHAIN: Final = by_chain(LEAF, INTERMEDIATE, trust=anchors(ROOT))
"""A chain of three whose root the verifier has."""
