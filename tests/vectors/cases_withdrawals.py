"""Withdrawals: what the operator's list reaches, from when on, and when it is no list."""

from collections.abc import Iterator
from typing import Final

from tests.vectors import jose
from tests.vectors.actors import (
    CHAIN,
    CN,
    INTERMEDIATE,
    LEAF,
    OWN,
    ROOT,
    SELF,
    SELF_SIGNED,
    STORE,
    as_jwk,
    by_kid,
    claims,
    jwt,
    keyed,
)
from tests.vectors.draft import AT, SOUND, STATEMENT, Case, Pairs, Signer, Verdict, invalidated, refused, text
from tests.vectors.pki import issue

RULE: Final = f"{OWN}: the withdrawals file"
SINCE: Final = f"{OWN}: a withdrawal holds for every moment at or after since"
ANYWHERE: Final = f"{OWN}: a key or a certificate counts anywhere in the chain"

WITHDRAWN: Final = invalidated("withdrawn")
INVALID: Final = refused("withdrawals_invalid")

EARLIER: Final = "2026-11-01T00:00:00Z"
ZEROS: Final = "sha256:" + "0" * 64
KEY: Final = jose.public_digest(SELF.key)


def cases() -> Iterator[Case]:
    """Each kind of withdrawal: what it reaches, and what it does not."""
    yield from _signatures()
    yield from _keys_and_certificates()
    yield from _identities()
    yield from _since()
    yield from _several()
    yield from _files()


def withdraw(since: str = EARLIER, **target: object) -> Pairs:
    """An entry of the file."""
    return (*target.items(), ("reason", "withdrawn for this vector"), ("since", since))


def _named(public_key: str = KEY, statement: str = STATEMENT) -> Pairs:
    return (("publicKey", public_key), ("statement", statement))


def _signatures() -> Iterator[Case]:
    why = "The signature itself is withdrawn: its key and its statement."
    yield from jwt("withdrawn-signature", why, RULE, WITHDRAWN, withdrawals=(withdraw(signature=_named()),))
    why = "The withdrawn signature's twin, another file: it is the same statement by the same key."
    twin = (withdraw(signature=_named()),)
    yield from jwt("withdrawn-signature-twin", why, RULE, WITHDRAWN, withdrawals=twin, spoil=jose.other_s)
    for name, named, what in (
        ("statement", _named(statement=ZEROS), "Another statement by the key"),
        ("key", _named(public_key=ZEROS), "The statement by another key"),
    ):
        why = f"{what} is withdrawn, and that is another signature."
        yield from jwt(f"withdrawn-other-{name}", why, RULE, withdrawals=(withdraw(signature=named),))


def _keys_and_certificates() -> Iterator[Case]:
    for name, one in (("leaf", LEAF), ("intermediate", INTERMEDIATE), ("root", ROOT)):
        for kind, target in (("publicKey", jose.public_digest(one.key)), ("certificate", one.fingerprint)):
            why = f"The {kind} of the {name} is withdrawn."
            entry = (withdraw(**{kind: target}),)
            case = f"withdrawn-{'key' if kind == 'publicKey' else kind}-{name}"
            yield from jwt(case, why, ANYWHERE, WITHDRAWN, signer=CHAIN, withdrawals=entry)
    why = "Another key, and another certificate, are withdrawn."
    others = (withdraw(publicKey=jose.public_digest("p256-other")), withdraw(certificate=ZEROS))
    yield from jwt("withdrawn-others", why, RULE, signer=CHAIN, withdrawals=others)
    why = "The withdrawn certificate is another one for the same key."
    other = (withdraw(certificate=issue(CN, "p256-signer", nth=2).fingerprint),)
    yield from jwt("withdrawn-other-certificate-of-key", why, RULE, withdrawals=other)
    by_key = (withdraw(publicKey=KEY),)
    yield from jwt(
        "withdrawn-key-jwk", "The key is a JWK.", RULE, WITHDRAWN, signer=as_jwk(SELF.key), withdrawals=by_key
    )
    why = "The certificate that the key store has for the kid is withdrawn."
    found = by_kid(SELF.key, keyed("certificate.pem", SELF_SIGNED.pem), certificate=SELF_SIGNED)
    entry = (withdraw(certificate=SELF_SIGNED.fingerprint),)
    yield from jwt("withdrawn-certificate-kid", why, RULE, WITHDRAWN, signer=found, withdrawals=entry)


def _identities() -> Iterator[Case]:
    table: tuple[tuple[str, Signer, str, Verdict, str], ...] = (
        ("", SELF, f"ca:{STORE}/{CN}", WITHDRAWN, "The identity is withdrawn: the store and the common name."),
        ("-of-key", as_jwk(SELF.key), f"keys:{STORE}/{KEY}", WITHDRAWN, "A bare key's identity ends in its digest."),
        ("-other-store", SELF, f"ca:acme/{CN}", SOUND, "The same common name of another store is withdrawn."),
        ("-other-type", SELF, f"keys:{STORE}/{CN}", SOUND, "The same name of another type of store is withdrawn."),
        ("-other-name", SELF, f"ca:{STORE}/www.{CN}", SOUND, "Another common name of the store is withdrawn."),
        ("-prefix", SELF, f"ca:{STORE}/{CN[:-1]}", SOUND, "A name that this one begins with is withdrawn."),
    )
    for name, signer, identity, verdict, why in table:
        entry = (withdraw(identity=identity),)
        yield from jwt(f"withdrawn-identity{name}", why, RULE, verdict, signer=signer, withdrawals=entry)
    store = f"ca:{STORE}/{CN}"
    found = by_kid(SELF.key, keyed("certificate.pem", SELF_SIGNED.pem), certificate=SELF_SIGNED)
    why = "The identity of a key that the key store has with a certificate."
    entry = (withdraw(identity=store.replace("ca:", "keys:")),)
    yield from jwt("withdrawn-identity-kid", why, RULE, WITHDRAWN, signer=found, withdrawals=entry)


def _since() -> Iterator[Case]:
    for name, since, verdict, why in (
        ("at", "2026-12-01T00:00:00Z", WITHDRAWN, "`since` is this very second"),
        ("ahead", "2026-12-01T00:00:01Z", SOUND, "`since` is one second away"),
        ("before", "2026-11-30T23:59:59Z", WITHDRAWN, "`since` was a second ago"),
        ("offset", "2026-12-01T05:30:00+05:30", WITHDRAWN, "`since` is this very second, in another zone"),
        ("offset-ahead", "2026-11-30T23:00:01-01:00", SOUND, "`since` is one second away, in another zone"),
        ("lower-case", "2026-12-01t00:00:00z", WITHDRAWN, "`since` is written in lower case"),
    ):
        entry = (withdraw(since, publicKey=KEY),)
        yield from jwt(f"withdrawn-since-{name}", f"{why}.", f"{SINCE}; RFC 3339", verdict, withdrawals=entry)


def _several() -> Iterator[Case]:
    every = f"{OWN}: every reason is given"
    why = "The signature has expired, and its key is withdrawn."
    entry = (withdraw(publicKey=KEY),)
    verdict = invalidated("expired", "withdrawn")
    yield from jwt("withdrawn-and-expired", why, every, verdict, claims=claims(exp=AT - 1), withdrawals=entry)
    why = "The key and the certificate are withdrawn, at two times and for two reasons."
    entries = (withdraw(publicKey=KEY), withdraw("2026-11-15T00:00:00Z", certificate=SELF_SIGNED.fingerprint))
    yield from jwt("withdrawn-twice", why, every, invalidated("withdrawn", "withdrawn"), withdrawals=entries)
    why = "The key is withdrawn, and the certificate from tomorrow on."
    entries = (withdraw(publicKey=KEY), withdraw("2026-12-02T00:00:00Z", certificate=SELF_SIGNED.fingerprint))
    yield from jwt("withdrawn-one-of-two", why, every, WITHDRAWN, withdrawals=entries)
    yield from jwt("withdrawn-nothing", "The list is empty.", RULE, withdrawals=b'{"version":"1","withdrawals":[]}')


def _files() -> Iterator[Case]:
    good = withdraw(publicKey=KEY)
    table: tuple[tuple[str, str, object], ...] = (
        ("unknown-member", "An entry has a member that is not known.", _file((*good, ("until", EARLIER)))),
        (
            "misspelt",
            "publickey is a member that is not known: it would withdraw nothing.",
            _file(withdraw(publickey=KEY)),
        ),
        ("unknown-top", "The file has a member that is not known.", (*_file(good), ("expires", EARLIER))),
        (
            "unknown-in-signature",
            "A signature's name has a member that is not known.",
            _file(withdraw(signature=(*_named(), ("x", 1)))),
        ),
        ("two-targets", "An entry withdraws two things.", _file(withdraw(publicKey=KEY, certificate=ZEROS))),
        ("no-target", "An entry withdraws nothing.", _file(withdraw())),
        ("no-reason", "An entry gives no reason.", _file((("publicKey", KEY), ("since", EARLIER)))),
        ("no-since", "An entry says no time.", _file((("publicKey", KEY), ("reason", "x")))),
        ("since-date", "A date is no time of RFC 3339.", _file(withdraw("2026-11-01", publicKey=KEY))),
        ("since-no-zone", "RFC 3339 wants a zone.", _file(withdraw("2026-11-01T00:00:00", publicKey=KEY))),
        ("since-number", "`since` is a number.", _file((("publicKey", KEY), ("reason", "x"), ("since", AT)))),
        ("bare-hex", "The digest's algorithm is missing.", _file(withdraw(publicKey=KEY.removeprefix("sha256:")))),
        ("upper-case", "The digest is in upper case.", _file(withdraw(publicKey="sha256:" + KEY[7:].upper()))),
        ("sha512", "A key is named by SHA-256.", _file(withdraw(publicKey="sha512:" + KEY[7:] * 2))),
        (
            "identity-without-type",
            "An identity begins with the type of its store.",
            _file(withdraw(identity=f"{STORE}/{CN}")),
        ),
        ("identity-cn-alone", "A common name alone is nobody.", _file(withdraw(identity=CN))),
        (
            "signature-without-key",
            "A signature is named by key and statement.",
            _file(withdraw(signature=(("statement", ZEROS),))),
        ),
        ("version-2", "The file is of another version.", (("version", "2"), ("withdrawals", [good]))),
        ("version-number", "The version is a number.", (("version", 1), ("withdrawals", [good]))),
        ("no-version", "The version is missing.", (("withdrawals", [good]),)),
        ("duplicate", "A member stands twice.", _file((*good, ("publicKey", ZEROS)))),
        ("list", "The file is a list.", [good]),
    )
    for name, why, file in table:
        yield from jwt(f"withdrawals-{name}", why, RULE, INVALID, withdrawals=text(file))
    yield from jwt("withdrawals-no-json", "The file is no JSON.", RULE, INVALID, withdrawals=b"withdrawals: []\n")


def _file(*entries: Pairs) -> Pairs:
    return (("version", "1"), ("withdrawals", list(entries)))
