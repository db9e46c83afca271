"""Base64: every byte string has one encoding in each form, and a JWT has three parts."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Final

from tests.vectors import jose
from tests.vectors.actors import CLAIMS, SELF, json_form, jwt
from tests.vectors.draft import AT, MALFORMED, Case, Change, Draft, Pairs, members, rejected, text

Edit = Callable[[str], str]

COMPACT: Final = "RFC 7515 sections 2 and 7.1"
BITS: Final = "RFC 4648 section 3.5"
STANDARD: Final = "RFC 4648 section 4"
ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def cases() -> Iterator[Case]:
    """Encodings that lenient decoders take for the same bytes."""
    yield from _parts()
    yield from _whole()
    yield from _number_of_parts()
    yield from _sig()


def odd_bits(part: str) -> str:
    """The same bytes to a lenient decoder: one of the bits is set that the last character leaves over."""
    bare = part.rstrip("=")
    assert len(bare) % 4
    assert bare[-1] in ALPHABET[:-1]
    return bare[:-1] + ALPHABET[ALPHABET.index(bare[-1]) + 1] + part[len(bare) :]


def _padded(part: str) -> str:
    assert len(part) % 4
    return part + "=" * (-len(part) % 4)


def _standard(part: str) -> str:
    changed = part.replace("-", "+").replace("_", "/")
    assert changed != part
    return changed


def _url(part: str) -> str:
    changed = part.replace("+", "-").replace("/", "_")
    assert changed != part
    return changed


def _line_break(part: str) -> str:
    return part[:40] + "\r\n" + part[40:]


def _parts() -> Iterator[Case]:
    """Each part in another encoding; the first two are signed as they then stand."""
    edits: tuple[tuple[str, Edit, str, str], ...] = (
        ("padded", _padded, "is padded", COMPACT),
        ("line-break", _line_break, "has a line break in it", COMPACT),
        ("foreign", lambda part: part[:40] + "!" + part[40:], "has a character of no alphabet in it", COMPACT),
        ("unused-bits", odd_bits, "has one of the bits set that its last character leaves over", BITS),
        ("standard", _standard, "is in the alphabet with + and /", COMPACT),
    )
    header, claims = _uneven(SELF.header), _uneven(CLAIMS)
    for name, edit, what, rule in edits:
        for place, part in enumerate(("header", "claims", "signature")):
            why = f"The {part} part {what}."
            finish = _last_edited(edit) if part == "signature" else _signed_anew(place, edit)
            yield from jwt(f"base64-{part}-{name}", why, rule, MALFORMED, header=header, claims=claims, finish=finish)


def _uneven(pairs: Pairs) -> Pairs:
    """Members whose base64url has both - and _ in it, and does not end where padding is none."""
    filled = ((*pairs, ("x", "??????>>>>>>" + "x" * more)) for more in range(2))
    return next(one for one in filled if len(text(one)) % 3)


def _signed_anew(place: int, edit: Edit) -> Change:
    def finish(envelope: bytes) -> bytes:
        parts = envelope.decode().split(".")[:2]
        parts[place] = edit(parts[place])
        signed = ".".join(parts).encode()
        return signed + b"." + jose.b64url(jose.sign(SELF.key, SELF.algorithm, signed)).encode()

    return finish


def _last_edited(edit: Edit) -> Change:
    def finish(envelope: bytes) -> bytes:
        signed, _, signature = envelope.decode().rpartition(".")
        return f"{signed}.{edit(signature)}".encode()

    return finish


def _around(before: bytes, after: bytes) -> Change:
    return lambda envelope: before + envelope + after


def _whole() -> Iterator[Case]:
    for name, before, after, why in (
        ("newline-after", b"", b"\n", "A line feed follows, as editors add it."),
        ("line-break-after", b"", b"\r\n", "A line break follows."),
        ("space-after", b"", b" ", "A space follows."),
        ("zero-after", b"", b"\0", "A zero byte follows."),
        ("space-before", b" ", b"", "A space stands before it."),
        ("byte-order-mark", b"\xef\xbb\xbf", b"", "A byte order mark stands before it."),
        ("quoted", b'"', b'"', "It is in quotes, as a JSON text."),
        ("scheme", b"Bearer ", b"", "It is written as in an HTTP header."),
    ):
        yield from jwt(f"jwt-{name}", why, COMPACT, MALFORMED, finish=_around(before, after))


def _number_of_parts() -> Iterator[Case]:
    edits: tuple[tuple[str, Callable[[list[bytes]], list[bytes]], str], ...] = (
        ("one", lambda parts: [b"".join(parts)], "There is one part."),
        ("two", lambda parts: parts[:2], "The signature part is missing."),
        ("four", lambda parts: [*parts, b"AAAA"], "There are four parts."),
        ("five", lambda parts: [*parts, b"AAAA", b"AAAA"], "There are five parts, as in a JWE."),
        ("empty-fourth", lambda parts: [*parts, b""], "There is a fourth part, which is empty."),
        ("no-header", lambda parts: [b"", *parts[1:]], "The header part is empty."),
        ("no-claims", lambda parts: [parts[0], b"", parts[2]], "The claims part is empty: a detached payload."),
        ("all-empty", lambda parts: [b"" for _ in parts], "All three parts are empty."),
    )
    for name, edit, why in edits:
        yield from jwt(f"parts-{name}", why, "RFC 7515 section 7.1", MALFORMED, finish=_parts_edited(edit))


def _parts_edited(edit: Callable[[list[bytes]], list[bytes]]) -> Change:
    return lambda envelope: b".".join(edit(envelope.split(b".")))


def _sig() -> Iterator[Case]:
    edits: tuple[tuple[str, Edit, str, str], ...] = (
        ("unpadded", lambda sig: sig.rstrip("="), "the padding is missing", STANDARD),
        ("line-break", lambda sig: sig[:40] + "\\n" + sig[40:], "a line break stands in it", STANDARD),
        ("space", lambda sig: sig + " ", "a space follows", STANDARD),
        ("base64url", _url, "the alphabet is that of base64url", STANDARD),
        ("unused-bits", odd_bits, "a bit is set that padding leaves over", BITS),
    )
    claims = _with_plus_or_slash()
    for name, edit, what, rule in edits:
        why = f"`sig`: {what}."
        yield from json_form(f"sig-{name}", why, rule, MALFORMED, claims=claims, finish=_sig_edited(edit))
    for name, value in (("empty", ""), ("null", None), ("number", 1), ("list", ["AAAA"])):
        header = (*SELF.header, ("sig", value))
        yield from json_form(f"sig-{name}", f"`sig` is {value!r}.", STANDARD, MALFORMED, header=header)
    why = "`sig` is missing."
    yield from json_form("sig-missing", why, STANDARD, MALFORMED, finish=_without_sig)
    why = "`sig` has one byte."
    yield from json_form(
        "sig-one-byte", why, "RFC 7518 section 3.4", rejected("signature_invalid"), spoil=lambda it: it[:1]
    )


def _with_plus_or_slash() -> Pairs:
    """Claims whose signature is another text in base64url."""
    tries = (members(CLAIMS, iat=AT - seconds) for seconds in count(1))
    return next(one for one in tries if b"+" in _sig_of(one) or b"/" in _sig_of(one))


def _sig_of(claims: Pairs) -> bytes:
    return jose.b64(Draft(signer=SELF, claims=claims).signature("nv2-json")).encode()


def _sig_edited(edit: Edit) -> Change:
    def finish(envelope: bytes) -> bytes:
        before, mark, rest = envelope.decode().partition('"sig":"')
        sig, quote, after = rest.partition('"')
        return (before + mark + edit(sig) + quote + after).encode()

    return finish


def _without_sig(envelope: bytes) -> bytes:
    before, _, _ = envelope.partition(b',"sig":')
    return before + b"}}"
