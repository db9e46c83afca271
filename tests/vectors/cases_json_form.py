"""The JSON form's own: the raw bytes of `signed` count, and beside them nothing is signed."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from tests.vectors import jose
from tests.vectors.actors import (
    CN,
    DAY,
    NV2,
    OWN,
    RSA_SELF,
    SELF,
    SELF_SIGNED,
    anchors,
    by_chain,
    claims,
    header,
    json_form,
    keyed,
)
from tests.vectors.draft import AT, MALFORMED, Case, Change, Pairs, Raw, rejected
from tests.vectors.pki import issue

RAW: Final = f"{NV2} (JSON): the raw bytes of signed are signed"
NAMES: Final = "RFC 8259 section 4: names should be unique; decoders differ in which one they take"
CASES: Final = "RFC 8259 section 8.3: names are compared exactly"
GRAMMAR: Final = "RFC 8259 section 2"
UNSIGNED: Final = f"{NV2} (JSON): typ, alg, kid and x5c are not signed"
INVALID: Final = rejected("signature_invalid")


def cases() -> Iterator[Case]:
    """What only this form can get wrong."""
    yield from _raw_bytes()
    yield from _media_type()
    yield from _members()
    yield from _twice()
    yield from _unsigned()
    yield from _whole()


def _raw_bytes() -> Iterator[Case]:
    edits: tuple[tuple[str, Change, str], ...] = (
        ("white-space", lambda it: it.replace(b'":', b'" :\t').replace(b',"', b'\r\n ,"'), "White space stands in it"),
        ("indented", lambda it: json.dumps(json.loads(it), indent=4).encode(), "It is indented, as people write it"),
        (
            "escapes",
            lambda it: it.replace(b"registry", b"\\u0072egistry").replace(b"/", b"\\/"),
            "Characters are escaped that need not be",
        ),
        ("sorted", lambda it: json.dumps(json.loads(it), sort_keys=True).encode(), "Its members are sorted"),
        (
            "brackets-in-text",
            lambda it: it[:-1] + b',"x":"}],{\\"signature\\":"}',
            "Brackets and quotes stand in a text",
        ),
        ("escaped-name", lambda it: it.replace(b'"exp"', b'"\\u0065xp"'), "The name of `exp` is escaped, and is `exp`"),
    )
    for name, edit, what in edits:
        why = f"{what}: those are the bytes that were signed."
        yield from json_form(f"signed-{name}", why, RAW, claims=claims(exp=AT + DAY), edit_claims=edit)
    finishes: tuple[tuple[str, Change, str], ...] = (
        (
            "around",
            lambda it: it.replace(b'"signed":', b' "signed" :\n ').replace(b',"sign', b'\t,\r\n"sign'),
            "around it",
        ),
        ("at-end", lambda it: it + b"\n", "after the whole"),
        ("at-start", lambda it: b"\n " + it, "before the whole"),
    )
    for name, finish, where in finishes:
        why = f"White space stands {where}, and is not signed."
        yield from json_form(f"signed-space-{name}", why, RAW, finish=finish)
    why = "`signature` stands before `signed`."
    turned = _halves_edited(lambda signed, signature: b'{"signature":' + signature + b"," + signed[1:])
    yield from json_form("signed-last", why, GRAMMAR, finish=turned)
    resigned: tuple[tuple[str, Change, str], ...] = (
        (
            "indented-after",
            lambda it: json.dumps(json.loads(it), indent=2).encode(),
            "The file was indented after signing",
        ),
        (
            "sorted-after",
            lambda it: json.dumps(json.loads(it), sort_keys=True, separators=(",", ":")).encode(),
            "Members were sorted after signing",
        ),
        ("space-after", lambda it: it.replace(b'"size":', b'"size": '), "One space was put in after signing"),
        (
            "escaped-after",
            lambda it: it.replace(b"net-monitor", b"net\\u002dmonitor"),
            "A character was escaped after signing",
        ),
    )
    for name, finish, what in resigned:
        why = f"{what}: the values are the same, the bytes are not."
        yield from json_form(f"signed-{name}", why, RAW, INVALID, finish=finish)
    why = "What was signed is what compact JSON would be, and the file has white space in it."
    spaced: Change = lambda it: it.replace(b",", b", ")  # noqa: E731
    yield from json_form(
        "signed-canonical",
        why,
        RAW,
        INVALID,
        edit_claims=spaced,
        sign=lambda it: jose.sign(SELF.key, "ES256", it.replace(b", ", b",")),
    )


def _media_type() -> Iterator[Case]:
    rule = f"{NV2} (JSON): there is no mediaType"
    for name, value in (("", "text/plain"), ("-null", None), ("-number", 1)):
        why = "A mediaType stands in `signed`, where it is no claim: it is neither reported nor compared."
        edit = _with_member(f'"mediaType":{json.dumps(value)}'.encode())
        yield from json_form(f"signed-media-type{name}", why, rule, edit_claims=edit)


def _with_member(member: bytes) -> Change:
    return lambda it: it[:-1] + b"," + member + b"}"


def _members() -> Iterator[Case]:
    rule = f"{NV2} (JSON): signed and signature are required objects"
    edits: tuple[tuple[str, str, Callable[[bytes, bytes], bytes]], ...] = (
        ("no-signed", "`signed` is missing.", lambda _, signature: b'{"signature":' + signature),
        ("no-signature", "`signature` is missing.", lambda signed, _: signed),
        ("signature-null", "`signature` is null.", lambda signed, _: signed + b',"signature":null'),
        ("signature-list", "`signature` is a list.", lambda signed, it: signed + b',"signature":[' + it + b"]"),
        ("signature-text", "`signature` is a text.", lambda signed, it: signed + b',"signature":' + _quoted(it)),
        ("signatures", "`signature` is called signatures.", lambda signed, it: signed + b',"signatures":' + it),
    )
    for name, why, edit in edits:
        yield from json_form(f"member-{name}", why, rule, MALFORMED, finish=_halves_edited(edit))
    why = "`signed` is a text that holds the claims."
    yield from json_form("member-signed-text", why, rule, MALFORMED, edit_claims=_quoted)
    why = "Members beside `signed` and `signature` are passed over."
    yield from json_form("member-unknown", why, NV2, finish=_added(b'"x":[1]'))


def _quoted(data: bytes) -> bytes:
    return json.dumps(data.decode()).encode()


def _halves_edited(edit: Callable[[bytes, bytes], bytes]) -> Change:
    """An edit of `{"signed":{…}` and of the value of `signature`; the last bracket follows."""

    def finish(envelope: bytes) -> bytes:
        signed, _, signature = envelope[:-1].partition(b',"signature":')
        return edit(signed, signature) + b"}"

    return finish


def _added(member: bytes, *, first: bool = False) -> Change:
    """The envelope with one more member."""
    if first:
        return lambda envelope: b"{" + member + b"," + envelope[1:]
    return lambda envelope: envelope[:-1] + b"," + member + b"}"


def _twice() -> Iterator[Case]:
    other = b'"signed":{"digest":"sha256:' + b"0" * 64 + b'","size":1}'
    for name, why, member, first, rule in (
        ("signed-first", "`signed` stands twice: another one, then the signed one.", other, True, NAMES),
        ("signed-last", "`signed` stands twice: the signed one, then another.", other, False, NAMES),
        (
            "signed-escaped",
            "`signed` stands twice, once with its name escaped.",
            other.replace(b"signed", b"\\u0073igned"),
            False,
            NAMES,
        ),
        ("signature", "`signature` stands twice.", b'"signature":{}', True, NAMES),
        ("unknown", "An unknown member stands twice.", b'"x":1,"x":2', False, NAMES),
        ("case-signed", "Signed stands beside `signed`.", other.replace(b"signed", b"Signed"), False, CASES),
        (
            "case-signed-long-s",
            "\u017figned, with a long s, stands beside `signed`.",
            other.replace(b"signed", "\u017figned".encode()),
            True,
            CASES,
        ),
        ("case-signature", "SIGNATURE stands beside `signature`.", b'"SIGNATURE":{}', True, CASES),
    ):
        yield from json_form(f"twice-{name}", why, rule, MALFORMED, finish=_added(member, first=first))
    why = "Only Signed stands there, no `signed`."
    renamed: Change = lambda it: it.replace(b'"signed"', b'"Signed"')  # noqa: E731
    yield from json_form("case-signed-alone", why, CASES, MALFORMED, finish=renamed)
    for name, pair in (("sig", ("sig", "AAAA")), ("sig-escaped", (Raw('"\\u0073ig"'), "AAAA"))):
        edit = _with_pair(pair)
        yield from json_form(f"twice-{name}", "`sig` stands twice.", NAMES, MALFORMED, edit_header=edit)


def _with_pair(pair: tuple[str, object]) -> Change:
    name = pair[0] if isinstance(pair[0], Raw) else json.dumps(pair[0])
    return _with_member(f"{name}:{json.dumps(pair[1])}".encode())


def _unsigned() -> Iterator[Case]:
    again = issue(CN, "p256-signer", nth=2)
    why = "x5c was swapped for another certificate of the same key, anchored as well: that one is reported."
    swapped = replace(by_chain(again), trust=anchors(SELF_SIGNED, again))
    yield from json_form("unsigned-x5c-other-certificate", why, UNSIGNED, signer=swapped)
    why = "x5c was swapped for another certificate of the same key, which nothing anchors."
    stranger = replace(by_chain(issue("registry.acme-rockets.io", "p256-signer")), trust=SELF.trust)
    yield from json_form("unsigned-x5c-unknown-certificate", why, UNSIGNED, rejected("untrusted"), signer=stranger)
    why = "x5c was swapped for another certificate of the same key, anchored, under whose name the reference is not."
    assert stranger.certificate
    renamed = replace(stranger, trust=anchors(SELF_SIGNED, stranger.certificate))
    mismatch = rejected("reference_mismatch")
    yield from json_form("unsigned-x5c-other-name", why, UNSIGNED, mismatch, signer=renamed)
    why = "x5c was swapped for a kid of the same key, which the key store has."
    named: Pairs = (("kid", jose.libtrust_id("p256-signer")),)
    key = keyed("key.pem", jose.public_pem("p256-signer"))
    identity = f"keys:wabbit-networks/{jose.public_digest('p256-signer')}"
    by_key = replace(SELF, named=named, trust={**SELF.trust, **key}, certificate=None, identities=(identity,))
    yield from json_form("unsigned-x5c-to-kid", why, UNSIGNED, signer=by_key)
    why = "x5c was swapped for a certificate of another key, which did not sign."
    other_key = replace(by_chain(issue(CN, "p256-other")), key="p256-signer")
    yield from json_form("unsigned-x5c-other-key", why, UNSIGNED, INVALID, signer=other_key)
    for name, algorithm, verdict in (
        ("rs512", "RS512", INVALID),
        ("ps256", "PS256", rejected("algorithm_not_allowed")),
        ("es256", "ES256", rejected("algorithm_not_allowed")),
    ):
        why = f"alg was changed from RS256 to {algorithm}: it is not signed, and is bound to the key all the same."
        changed = header(RSA_SELF, alg=algorithm)
        yield from json_form(f"unsigned-alg-{name}", why, UNSIGNED, verdict, signer=RSA_SELF, header=changed)


def _whole() -> Iterator[Case]:
    finishes: tuple[tuple[str, Callable[[bytes], bytes], str], ...] = (
        ("trailing-bytes", lambda it: it + b"x", "A byte follows"),
        ("two-texts", lambda it: it + it, "The whole stands twice"),
        ("zero-byte", lambda it: it + b"\0", "A zero byte follows"),
        ("byte-order-mark", lambda it: b"\xef\xbb\xbf" + it, "A byte order mark stands before it"),
        ("utf16", lambda it: it.decode().encode("utf-16"), "It is in UTF-16"),
        ("cut", lambda it: it[:-1], "The last bracket is missing"),
        ("trailing-comma", lambda it: it[:-1] + b",}", "A comma follows the last member"),
        ("comment", lambda it: b"/**/" + it, "A comment stands before it"),
        ("list", lambda it: b"[" + it + b"]", "It stands in a list"),
    )
    for name, finish, what in finishes:
        verdict = MALFORMED if name not in NOT_RECOGNISED else rejected("unknown_format")
        yield from json_form(f"whole-{name}", f"{what}.", f"{GRAMMAR}, {OWN}", verdict, finish=finish)


NOT_RECOGNISED: Final = ("byte-order-mark", "utf16", "comment", "list")
