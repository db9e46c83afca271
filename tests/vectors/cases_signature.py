"""The signature's own bytes: what they cover, how long they are, and that one signature has a twin."""

from collections.abc import Iterator
from itertools import count
from typing import Final

from tests.vectors import jose
from tests.vectors.actors import DAY, NV2, RSA_SELF, SELF, as_jwk, both, claims, json_form, jwt
from tests.vectors.cases_algorithms import P521
from tests.vectors.draft import AT, BOTH, Case, Change, Draft, Form, Signer, rejected

INVALID: Final = rejected("signature_invalid")
ECDSA: Final = "RFC 7518 section 3.4"
RSA: Final = "RFC 8017 section 8.2.2"


def cases() -> Iterator[Case]:
    """Signatures that hold, and that almost do."""
    yield from _covered()
    yield from _shaped()
    yield from _with_leading_zero()


def _covered() -> Iterator[Case]:
    why = "Another key signed than that of the certificate."
    yield from both(
        "signature-of-another-key", why, NV2, INVALID, sign=lambda message: jose.sign("p256-other", "ES256", message)
    )
    why = "A claim was changed after signing."
    yield from jwt("signature-over-other-claims", why, NV2, INVALID, finish=_other_claims)
    yield from json_form("signature-over-other-claims", why, NV2, INVALID, finish=_other_claims_json)
    why = "The header is signed as well: a member was added to it after signing."
    yield from jwt("signature-over-another-header", why, "RFC 7515 section 5.1", INVALID, finish=_other_header)
    why = "The signature covers the claims alone, without the header."
    yield from jwt("signature-without-header", why, "RFC 7515 section 5.1", INVALID, sign=_over_claims_alone)
    why = "There is no signature."
    yield from jwt("signature-empty", why, ECDSA, INVALID, spoil=lambda _: b"")
    why = "(r, n - s) holds where (r, s) does: it is the same statement by the same key, under another file's digest."
    yield from both("signature-malleable", why, "SEC 1 section 4.1.4", spoil=jose.other_s)


def _shaped() -> Iterator[Case]:
    for name, why, spoil in (
        ("der", "ECDSA in DER is no JOSE signature.", jose.as_der),
        ("zero", "r and s are zero.", lambda _: bytes(64)),
        ("r-zero", "r is zero.", lambda signature: bytes(32) + signature[32:]),
        ("s-zero", "s is zero.", lambda signature: signature[:32] + bytes(32)),
        ("longer", "A zero byte follows: the length is fixed.", lambda signature: signature + b"\0"),
        ("padded", "r and s have a leading zero each: the length is fixed.", _padded),
        ("twice", "The signature stands twice.", lambda signature: signature * 2),
        ("half", "s is missing.", lambda signature: signature[:32]),
        ("swapped", "s stands before r.", lambda signature: signature[32:] + signature[:32]),
    ):
        yield from both(f"signature-es256-{name}", why, ECDSA, INVALID, spoil=spoil)
    why = "r and s are 66 bytes long for P-521; a byte less each is another length."
    shorter: Change = lambda signature: signature[1:66] + signature[67:]  # noqa: E731
    yield from both("signature-es512-shorter", why, ECDSA, INVALID, signer=P521, spoil=shorter)
    why = "A leading zero makes an RSA signature longer than the modulus."
    yield from both(
        "signature-rs256-longer", why, RSA, INVALID, signer=RSA_SELF, spoil=lambda signature: b"\0" + signature
    )
    why = "The last byte is missing."
    yield from both(
        "signature-rs256-shorter", why, RSA, INVALID, signer=RSA_SELF, spoil=lambda signature: signature[:-1]
    )
    for length in (0, 20):
        why = f"The salt of RSASSA-PSS is as long as the hash, not {length} bytes."
        yield from both(
            f"signature-ps256-salt-{length}",
            why,
            "RFC 7518 section 3.5",
            INVALID,
            signer=as_jwk("rsa-2048", "PS256"),
            sign=_salted(length),
        )


def _with_leading_zero() -> Iterator[Case]:
    """A signature whose first byte happens to be zero, looked for over `iat`."""
    for form in BOTH:
        make = jwt if form == "nv2-jwt" else json_form
        for signer, rule in ((SELF, ECDSA), (RSA_SELF, RSA)):
            found = _first_byte_zero(form, signer)
            name = f"signature-{signer.algorithm.lower()}-leading-zero"
            why = "The number is short, and is padded to the fixed length."
            yield from make(name, why, rule, signer=signer, claims=found)
            why = "The leading zero that belongs to the fixed length was cut off."
            yield from make(
                f"{name}-cut", why, rule, INVALID, signer=signer, claims=found, spoil=lambda signature: signature[1:]
            )


def _first_byte_zero(form: Form, signer: Signer) -> tuple[tuple[str, object], ...]:
    tries = (claims(iat=iat) for iat in count(AT - DAY))
    return next(one for one in tries if Draft(signer=signer, claims=one).signature(form)[0] == 0)


def _salted(length: int) -> Change:
    return lambda message: jose.pss("rsa-2048", "256", message, length)


def _padded(signature: bytes) -> bytes:
    return b"\0" + signature[:32] + b"\0" + signature[32:]


def _other_claims(envelope: bytes) -> bytes:
    header, _, signature = envelope.split(b".")
    changed = Draft(signer=SELF, claims=claims("iat")).signed("nv2-jwt").split(b".")[1]
    return b".".join((header, changed, signature))


def _other_claims_json(envelope: bytes) -> bytes:
    changed = envelope.replace(f'"iat":{AT - DAY}'.encode(), f'"iat":{AT}'.encode())
    assert changed != envelope
    return changed


def _other_header(envelope: bytes) -> bytes:
    _, rest = envelope.split(b".", 1)
    changed = Draft(signer=SELF, claims=claims(), header=(*SELF.header, ("cty", "x"))).signed("nv2-jwt")
    return changed.split(b".")[0] + b"." + rest


def _over_claims_alone(signed: bytes) -> bytes:
    return jose.sign(SELF.key, SELF.algorithm, signed.split(b".")[1])
