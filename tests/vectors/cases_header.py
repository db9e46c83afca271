"""The header of a JWT, and `signature` in the JSON form: its type, its extensions, and how it names a key."""

from collections.abc import Iterator
from typing import Final

from tests.vectors import jose
from tests.vectors.actors import (
    CN,
    NV2,
    OWN,
    SELF,
    SELF_SIGNED,
    as_jwk,
    both,
    by_chain,
    header,
    json_form,
    jwt,
)
from tests.vectors.draft import MALFORMED, Case, Pairs, Raw, rejected
from tests.vectors.pki import authority, issue

BASE64: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
UNREADABLE: Final = rejected("certificate_malformed")
X5C: Final = "RFC 7515 section 4.1.6"
CRIT: Final = "RFC 7515 section 4.1.11"


def cases() -> Iterator[Case]:
    """Headers, one fault each."""
    yield from _typ()
    yield from _extensions()
    yield from _twice()
    yield from _by_case_alone()
    yield from _keys()
    yield from _x5c()


def _typ() -> Iterator[Case]:
    rule = f"{NV2}: typ is required, and x509 is the type that there is"
    for name, value in (
        ("jwt", "JWT"),
        ("other-case", "X509"),
        ("tuf", "tuf"),
        ("empty", ""),
        ("null", None),
        ("list", ["x509"]),
    ):
        yield from both(f"typ-{name}", f"`typ` is {value!r}.", rule, MALFORMED, header=header(SELF, typ=value))
    yield from both("typ-missing", "`typ` is missing.", rule, MALFORMED, header=header(SELF, "typ"))


def _extensions() -> Iterator[Case]:
    for name, value, why in (
        ("unknown", ["unheard-of"], "An extension that nobody knows is critical."),
        ("empty", [], "`crit` must not be empty."),
        ("duplicate", ["unheard-of", "unheard-of"], "`crit` names an extension twice."),
        ("registered", ["alg"], "`crit` must not name what the specification itself defines."),
        ("claim", ["exp"], "`crit` names a member that does not stand in the header."),
        ("null", None, "`crit` is no list."),
        ("text", "unheard-of", "`crit` is no list."),
    ):
        more = header(SELF, crit=value, **({"unheard-of": 1} if "unheard-of" in str(value) else {}))
        make = both if name in ("unknown", "empty", "duplicate") else jwt
        yield from make(f"crit-{name}", why, CRIT, MALFORMED, header=more)
    why = "`b64` false changes what is signed; nv2 has no such extension."
    yield from jwt("b64-false", why, "RFC 7797 section 3", MALFORMED, header=header(SELF, b64=False))
    why = "`b64` false, and critical as RFC 7797 wants it."
    yield from jwt(
        "b64-false-critical", why, "RFC 7797 section 6", MALFORMED, header=header(SELF, b64=False, crit=["b64"])
    )
    why = "Members that nv2 does not know are passed over, and a URL among them is not fetched."
    unknown = header(SELF, cty="x", jku="http://127.0.0.1:9/jwks", x5u="http://127.0.0.1:9/x5u", more=[{"x": 1}])
    yield from both("header-unknown-members", why, "RFC 7515 section 4", header=unknown)


def _twice() -> Iterator[Case]:
    rule = "RFC 7515 section 4, RFC 8259 section 4"
    first: Pairs
    for name, first, last in (
        ("alg", (("alg", "none"),), ()),
        ("alg-last", (), (("alg", "none"),)),
        ("typ", (("typ", "JWT"),), ()),
        ("x5c", (("x5c", []),), ()),
        ("same", (), (("typ", "x509"),)),
        ("escaped", (), ((Raw('"\\u0061lg"'), "none"),)),
        ("unknown", (("x", 1),), (("x", 2),)),
        ("nested", (), (("x", (("y", 1), ("y", 2))),)),
    ):
        why = "A member stands twice, and decoders differ in which one they take."
        yield from both(f"header-duplicate-{name}", why, rule, MALFORMED, header=(*first, *SELF.header, *last))
    signer = as_jwk("p256-signer")
    why = "`kid` stands twice."
    yield from both(
        "header-duplicate-kid", why, rule, MALFORMED, signer=signer, header=(*signer.header, ("kid", "another"))
    )


def _by_case_alone() -> Iterator[Case]:
    rule = "RFC 7515 section 5.3: names are compared exactly; decoders that ignore case read another header"
    for name, member, value in (
        ("alg", "ALG", "none"),
        ("typ", "Typ", "JWT"),
        ("x5c", "X5C", []),
        ("kid", "KID", "another"),
        ("kid-kelvin", "\u212aid", "another"),
        ("crit", "Crit", ["unheard-of"]),
    ):
        why = f"{member} differs from a known member by case alone."
        if name == "crit":
            yield from jwt(f"header-case-{name}", why, rule, MALFORMED, header=header(SELF, **{member: value}))
        else:
            yield from both(f"header-case-{name}", why, rule, MALFORMED, header=header(SELF, **{member: value}))
    why = "Only Alg stands there, no `alg`."
    yield from both("header-case-alone", why, rule, MALFORMED, header=header(SELF, "alg", Alg="ES256"))
    why = "Two unknown members differ by case alone."
    yield from both("header-case-unknown", why, rule, MALFORMED, header=header(SELF, more=1, More=2))
    for name, member in (("sig", "SIG"), ("sig-long-s", "\u017fig")):
        why = f"{member} differs from `sig` by case alone."
        yield from json_form(f"header-case-{name}", why, rule, MALFORMED, header=header(SELF, **{member: "AAAA"}))


def _keys() -> Iterator[Case]:
    rule = f"{NV2}: x5c or kid"
    why = "Neither `x5c` nor `kid` names the key."
    yield from both("key-unnamed", why, rule, MALFORMED, header=header(SELF, "x5c"))
    why = "The key comes with the header itself, and nothing vouches for it."
    own = header(SELF, "x5c", jwk=jose.jwk("p256-signer"))
    yield from both("key-in-header", why, "RFC 7515 section 4.1.3, RFC 8725 section 3.10", MALFORMED, header=own)
    why = "`kid` names a known key, and `jwk` another, which signed: the known one counts."
    signer = as_jwk("p256-signer")
    yield from both(
        "key-in-header-beside-kid",
        why,
        "RFC 8725 section 3.10",
        rejected("signature_invalid"),
        signer=signer,
        header=(*signer.header, ("jwk", jose.jwk("p256-other"))),
        sign=lambda message: jose.sign("p256-other", "ES256", message),
    )
    for name, value in (("number", 1), ("null", None), ("empty", ""), ("list", [jose.libtrust_id("p256-signer")])):
        why = f"`kid` is {value!r}." if name != "list" else "`kid` is a list."
        yield from both(
            f"kid-{name}", why, "RFC 7515 section 4.1.4", MALFORMED, signer=signer, header=header(signer, kid=value)
        )


def _x5c() -> Iterator[Case]:
    der = SELF_SIGNED.der
    good = jose.b64(der)
    for name, value, why in (
        ("empty", [], "`x5c` has no certificate."),
        ("null", None, "`x5c` is null."),
        ("text", good, "`x5c` is a text instead of a list."),
        ("object", ((("0", good)),), "`x5c` is an object instead of a list."),
        ("number-member", [good, 1], "A member of `x5c` is a number."),
        ("null-member", [good, None], "A member of `x5c` is null."),
        ("list-member", [[good]], "A member of `x5c` is a list."),
        ("base64url", [good.translate(str.maketrans("+/", "-_"))], "The alphabet is that of base64url."),
        ("line-breaks", [good[:64] + "\n" + good[64:]], "A line break stands in the base64."),
        ("space", [" " + good], "A space stands before the base64."),
        ("pem", [SELF_SIGNED.pem.decode()], "A member of `x5c` is PEM."),
    ):
        yield from both(f"x5c-{name}", why, X5C, MALFORMED, header=header(SELF, x5c=value))
    yield from _x5c_padding()
    for name, data, why in (
        ("garbage", b"\x30\x03\x02\x01\x01", "A member of `x5c` is DER of something else."),
        ("nothing", b"", "A member of `x5c` is empty."),
        ("truncated", der[:-1], "The certificate's last byte is missing."),
        ("trailing-byte", der + b"\0", "A byte follows the certificate."),
    ):
        yield from both(f"x5c-{name}", why, X5C, UNREADABLE, header=header(SELF, x5c=[jose.b64(data)]))
    why = "The second certificate cannot be read."
    yield from both("x5c-second-garbage", why, X5C, UNREADABLE, header=header(SELF, x5c=[good, jose.b64(b"x")]))
    yield from _long_chains()


def _x5c_padding() -> Iterator[Case]:
    """A certificate whose base64 ends in padding: without it, and with one of the bits set that it leaves over."""
    leaf = next(one for one in (issue(CN, "p256-signer", nth=nth) for nth in range(1, 9)) if len(one.der) % 3)
    signer = by_chain(leaf)
    padded = jose.b64(leaf.der)
    bare = padded.rstrip("=")
    why = "The padding is missing."
    yield from both("x5c-unpadded", why, X5C, MALFORMED, signer=signer, header=header(signer, x5c=[bare]))
    why = "Bits that padding leaves over are set: a second encoding of the same certificate."
    odd = padded.replace(bare, bare[:-1] + BASE64[BASE64.index(bare[-1]) + 1])
    yield from both(
        "x5c-unused-bits", why, "RFC 4648 section 3.5", MALFORMED, signer=signer, header=header(signer, x5c=[odd])
    )


def _long_chains() -> Iterator[Case]:
    rule = f"{OWN}: at most 16 certificates"
    certificates = [authority("CA 0", "p256-root")]
    for depth in range(1, 17):
        certificates.insert(0, authority(f"CA {depth}", "p256-root", certificates[0]))
    for length, verdict in ((16, None), (17, MALFORMED)):
        chain = certificates[-(length - 1) :]
        leaf = issue(CN, "p256-signer", chain[0])
        why = f"A chain of {length} certificates."
        signer = by_chain(leaf, *chain)
        if verdict:
            yield from both("x5c-too-many", why, rule, verdict, signer=signer)
        else:
            yield from both("x5c-sixteen", why, rule, signer=signer)
