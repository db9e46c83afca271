"""JSON: claims that two decoders read differently, or that no decoder should read at all."""

from collections.abc import Iterator
from typing import Final

from tests.vectors.actors import CLAIMS, DAY, OWN, SELF, both, claims, header, json_form, jwt
from tests.vectors.draft import AT, MALFORMED, SOUND, Case, Change, Pairs, Raw

NAMES: Final = "RFC 8259 section 4: names should be unique; decoders differ in which one they take"
CASES: Final = "RFC 8259 section 8.3: names are compared exactly; decoders that ignore case read other claims"
NUMBERS: Final = "RFC 8259 section 6, RFC 7493 section 2.2"
GRAMMAR: Final = "RFC 8259 section 2"
UTF8: Final = "RFC 8259 section 8.1"
ALL: Final = ("size", "exp", "nbf", "iat")
DEPTH: Final = f"{OWN}: at most 32 levels of nesting"


def cases() -> Iterator[Case]:
    """One fault each, in claims that are otherwise good."""
    yield from _twice()
    yield from _by_case_alone()
    yield from _numbers()
    yield from _texts()
    yield from _grammar()
    yield from _depth()


def _twice() -> Iterator[Case]:
    past, ahead = AT - 1, AT + DAY
    pairs: tuple[tuple[str, Pairs], ...] = (
        ("exp", (*claims(exp=past), ("exp", ahead))),
        ("exp-past-last", (*claims(exp=ahead), ("exp", past))),
        ("exp-escaped", (*claims(exp=past), (Raw('"\\u0065xp"'), ahead))),
        ("digest", (*CLAIMS, ("digest", "sha256:" + "0" * 64))),
        ("size", (("size", 1), *CLAIMS)),
        ("references", (("references", ["registry.acme-rockets.io/net-monitor:v1"]), *CLAIMS)),
        ("same", (*CLAIMS, CLAIMS[2])),
        ("unknown", (*CLAIMS, ("x", 1), ("x", 2))),
        ("nested", (*CLAIMS, ("x", (("y", 1), ("y", 2))))),
        ("in-list", (*CLAIMS, ("x", [(("y", 1), ("y", 2))]))),
    )
    for name, stated in pairs:
        why = "A claim stands twice."
        yield from both(f"claims-duplicate-{name}", why, NAMES, MALFORMED, claims=stated)
    why = "`mediaType` stands twice."
    yield from jwt("claims-duplicate-media-type", why, NAMES, MALFORMED, claims=(("mediaType", "text/plain"), *CLAIMS))


def _by_case_alone() -> Iterator[Case]:
    past, ahead = AT - 1, AT + DAY
    pairs: tuple[tuple[str, str, Pairs], ...] = (
        ("exp", "EXP ahead stands beside a past `exp`", (*claims(exp=past), ("EXP", ahead))),
        ("exp-first", "Exp ahead stands before a past `exp`", (("Exp", ahead), *claims(exp=past))),
        ("exp-alone", "Only EXP stands there, in the past, no `exp`", claims(EXP=past)),
        ("nbf-alone", "Only Nbf stands there, ahead, no `nbf`", claims(Nbf=ahead)),
        ("digest", "Digest stands beside `digest`", claims(Digest="sha256:" + "0" * 64)),
        ("digest-long-s", "dige\u017ft, with a long s, stands beside `digest`", (*CLAIMS, ("dige\u017ft", "x"))),
        ("size-long-s", "\u017fize, with a long s, stands beside `size`", (*CLAIMS, ("\u017fize", 1))),
        ("references", "REFERENCES stands there alone", claims("references", REFERENCES=["x/y:v1"])),
        ("references-long-s", "reference\u017f, with a long s, stands there", (*CLAIMS, ("reference\u017f", []))),
        ("unknown", "Two unknown claims differ by case alone", claims(other=1, Other=2)),
        ("unknown-kelvin", "Two unknown claims differ by a Kelvin sign for k", (*CLAIMS, ("k", 1), ("\u212a", 2))),
        ("nested", "Two members of an unknown claim differ by case alone", claims(x=(("y", 1), ("Y", 2)))),
    )
    for name, why, stated in pairs:
        yield from both(f"claims-case-{name}", f"{why}.", CASES, MALFORMED, claims=stated)
    why = "MediaType stands beside `mediaType`."
    yield from jwt("claims-case-media-type", why, CASES, MALFORMED, claims=claims(MediaType="text/plain"))


def _numbers() -> Iterator[Case]:
    for name, digits, where in (
        ("nan", "NaN", ALL),
        ("float", "1.0", ALL),
        ("exponent", "1e3", ALL),
        ("true", "true", ALL),
        ("null", "null", ALL),
        ("text", '"1"', ALL),
        ("negative", "-1", ALL),
        ("two-to-63", str(2**63), ALL),
        ("two-to-64", str(2**64), ("size", "exp")),
        ("infinity", "Infinity", ("exp",)),
        ("minus-infinity", "-Infinity", ("exp",)),
        ("false", "false", ("exp",)),
        ("list", "[1]", ("exp",)),
        ("wraps-around", str(2**64 + AT + DAY), ("exp",)),
        ("leading-zero", f"0{AT + DAY}", ("exp",)),
        ("plus", f"+{AT + DAY}", ("exp",)),
    ):
        for claim in where:
            why = f"`{claim}` is {digits}, and no integer that is read."
            yield from both(f"{claim}-{name}", why, NUMBERS, MALFORMED, claims=claims(**{claim: Raw(digits)}))
    for claim in ("size", "exp"):
        why = f"`{claim}` has 5000 digits, more than some languages' integers are converted from."
        yield from both(f"{claim}-5000-digits", why, NUMBERS, MALFORMED, claims=claims(**{claim: Raw("9" * 5000)}))
    for name, digits, what in (
        ("two-to-64", str(2**64), "2^64"),
        ("5000-digits", "9" * 5000, "an integer of 5000 digits"),
        ("nan", "NaN", "NaN"),
    ):
        why = f"A claim that is not known is {what}."
        yield from both(f"claims-unknown-{name}", why, NUMBERS, MALFORMED, claims=claims(x=Raw(digits)))


def _texts() -> Iterator[Case]:
    for name, value, why in (
        ("lone-surrogate", '"\\ud800"', "Half a surrogate pair, which is no character."),
        ("second-half", '"\\udc00"', "The second half of a surrogate pair alone."),
        ("halves-swapped", '"\\udc00\\ud800"', "The halves of a surrogate pair in the wrong order."),
        ("control-character", '"\n"', "A line break that is not escaped."),
        ("unknown-escape", '"\\x41"', "An escape that JSON does not have."),
        ("single-quotes", "'x'", "A text in single quotes."),
    ):
        yield from both(f"text-{name}", why, "RFC 8259 sections 7 and 8.2", MALFORMED, claims=claims(x=Raw(value)))
    why = "Half a surrogate pair in a claim's name."
    lone: Pairs = (*CLAIMS, (Raw('"\\ud800"'), 1))
    yield from both("text-lone-surrogate-name", why, "RFC 8259 section 8.2", MALFORMED, claims=lone)
    for name, value, why in (
        ("invalid", "\udcff", "A byte that never stands in UTF-8."),
        ("truncated", "\udce2\udc82", "A sequence of three bytes without its last."),
        ("overlong", "\udcc0\udcaf", "A slash in two bytes."),
        ("surrogate", "\udced\udca0\udc80", "An encoded surrogate."),
    ):
        yield from both(f"utf8-{name}", why, UTF8, MALFORMED, claims=claims(x=Raw(f'"{value}"')))
    why = "Characters beyond ASCII, as they stand and escaped, a surrogate pair among them."
    unicode: Pairs = (*CLAIMS, ("x", "W\u00e4bbit \U0001f407"), ("y", Raw('"\\ud83d\\udc07"')))
    yield from both("text-unicode", why, "RFC 8259 section 7", claims=unicode)
    why = "An unknown claim is passed over, and so are those that JWTs usually have."
    yield from both(
        "claims-unknown-members", why, "RFC 7519 section 4", claims=claims(iss="x", sub="y", aud=["z"], jti=1)
    )


def _grammar() -> Iterator[Case]:
    edits: tuple[tuple[str, Change, str], ...] = (
        ("trailing-bytes", lambda it: it + b"x", "A byte follows the claims."),
        ("two-texts", lambda it: it + it, "The claims stand twice, one after the other."),
        ("zero-byte", lambda it: it + b"\0", "A zero byte follows the claims."),
        ("byte-order-mark", lambda it: b"\xef\xbb\xbf" + it, "A byte order mark stands before the claims."),
        ("utf16", lambda it: it.decode().encode("utf-16"), "The claims are in UTF-16."),
        ("utf32", lambda it: it.decode().encode("utf-32-be"), "The claims are in UTF-32."),
        ("nothing", lambda _: b" ", "The claims are blank."),
    )
    for name, edit, why in edits:
        yield from jwt(f"claims-{name}", why, f"{GRAMMAR}, {UTF8}", MALFORMED, edit_claims=edit)
        if name != "nothing":
            in_header = why.replace("claims", "header")
            yield from jwt(f"header-{name}", in_header, f"{GRAMMAR}, {UTF8}", MALFORMED, edit_header=edit)
    for name, replaced in (
        ("list", b'["x"]'),
        ("text", b'"x"'),
        ("number", b"1"),
        ("null", b"null"),
        ("true", b"true"),
        ("cut", b'{"size":1'),
        ("bare-names", b"{size:1}"),
    ):
        why = f"Instead of an object there is {replaced.decode()}"
        edit = _always(replaced)
        yield from both(f"claims-{name}", f"{why} in the claims' place.", GRAMMAR, MALFORMED, edit_claims=edit)
        yield from both(f"header-{name}", f"{why} in the header's place.", GRAMMAR, MALFORMED, edit_header=edit)
    for name, edit, why in (
        ("trailing-comma", lambda it: it[:-1] + b",}", "A comma follows the last claim."),
        ("comment", lambda it: it[:-1] + b"/* */}", "A comment stands in the claims."),
    ):
        yield from both(f"claims-{name}", why, GRAMMAR, MALFORMED, edit_claims=edit)
    spaced: Change = lambda it: b" \t\r\n" + it.replace(b",", b" ,\n\t").replace(b"{", b"{ ") + b"\n"  # noqa: E731
    why = "White space where JSON lets it stand: what was signed is verified, byte for byte."
    yield from jwt("claims-white-space", why, GRAMMAR, edit_claims=spaced, edit_header=spaced)
    why = "The claims are in another order than the prototype writes."
    yield from both("claims-other-order", why, "RFC 8259 section 1", claims=tuple(reversed(CLAIMS)))


def _always(data: bytes) -> Change:
    return lambda _: data


def _depth() -> Iterator[Case]:
    # The claims themselves are one level, and in the JSON form they stand in another.
    for make, outer in ((jwt, 1), (json_form, 2)):
        for levels in (32, 33, 5000):
            for kind, opened, closed in (("lists", "[", "]"), ("objects", '{"x":', "}")):
                inside = levels - outer
                nested = claims(x=Raw(opened * inside + "1" + closed * inside))
                why = f"A claim with {kind} in one another, {levels} levels in all."
                verdict = SOUND if levels == 32 else MALFORMED
                yield from make(f"depth-{levels}-{kind}", why, DEPTH, verdict, claims=nested)
    why = "A header with lists in one another, 5000 levels in all."
    deep = Raw("[" * 4999 + "]" * 4999)
    yield from jwt("depth-header", why, DEPTH, MALFORMED, header=header(SELF, x=deep))
    why = "Brackets in a text nest nothing."
    yield from both("depth-in-text", why, DEPTH, claims=claims(x="[" * 100 + '\\"{' * 100))
    why = "Many lists beside one another are not deep."
    yield from both("depth-beside", why, DEPTH, claims=claims(x=[[1]] * 100))
