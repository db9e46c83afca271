"""Chains: their links, their order, and the stores that anchor them."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

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
    anchors,
    by_chain,
    jwt,
)
from tests.vectors.draft import Case, Options, Signer, Trust, rejected
from tests.vectors.pki import Certificate, authority, issue

PATH: Final = "RFC 5280 section 6.1"
ORDER: Final = "RFC 7515 section 4.1.6: each certificate certifies the one before it"
ANCHOR: Final = f"{OWN}: any certificate in an x509 store is an anchor"
STORES: Final = f"{OWN}: nv2 is anchored by stores of the type ca"
EVERY: Final = f"{OWN}: a chain is reported with every store that anchors it"

BROKEN: Final = rejected("chain_broken")
UNTRUSTED: Final = rejected("untrusted")
PROFILE: Final = rejected("certificate_profile")


def cases() -> Iterator[Case]:
    """Chains that hold, and chains that do not."""
    yield from _sent()
    yield from _broken()
    yield from _impostors()
    yield from _stores()


def _sent() -> Iterator[Case]:
    yield from jwt("chain", "A leaf and its intermediate are sent, the root is in the store.", PATH, signer=CHAIN)
    whole = by_chain(LEAF, INTERMEDIATE, ROOT)
    yield from jwt("chain-root-sent", "The root is sent as well.", PATH, signer=whole)
    direct = by_chain(issue(CN, "p256-signer", ROOT), trust=anchors(ROOT))
    yield from jwt("chain-direct", "The root itself issued the leaf.", PATH, signer=direct)
    pinned = by_chain(LEAF, INTERMEDIATE)
    yield from jwt(
        "chain-intermediate-pinned", "The intermediate is in the store, the root is not.", ANCHOR, signer=pinned
    )
    unsent = by_chain(LEAF, trust=anchors(INTERMEDIATE))
    yield from jwt(
        "chain-intermediate-in-store", "The intermediate is in the store, and not sent.", ANCHOR, signer=unsent
    )
    leaf = by_chain(LEAF)
    yield from jwt("chain-leaf-pinned", "The leaf itself is in the store, its issuers are not.", ANCHOR, signer=leaf)
    with_issuer = by_chain(LEAF, INTERMEDIATE, trust=anchors(LEAF))
    why = "The leaf itself is in the store, and its issuer is sent as well."
    yield from jwt("chain-leaf-pinned-issuer-sent", why, ANCHOR, signer=with_issuer)
    yield from jwt("chain-self-signed", "A self-signed certificate that lies in the store.", ANCHOR)
    mixed_root = authority("Wabbit Networks RSA Root", "rsa-2048")
    mixed_ca = authority("Wabbit Networks P-384 CA", "p384", mixed_root)
    mixed = by_chain(issue(CN, "p256-signer", mixed_ca), mixed_ca, trust=anchors(mixed_root))
    yield from jwt("chain-mixed-keys", "RSA issued P-384, which issued P-256.", PATH, signer=mixed)


def _broken() -> Iterator[Case]:
    in_store = anchors(ROOT)
    leaf_last = replace(by_chain(INTERMEDIATE, LEAF, trust=in_store), key=LEAF.key)
    why = "The leaf stands last: the first certificate is the signer's, and it did not sign."
    yield from jwt("chain-leaf-last", why, ORDER, rejected("signature_invalid"), signer=leaf_last)
    for name, chain, verdict, why in (
        ("issuers-swapped", (LEAF, ROOT, INTERMEDIATE), BROKEN, "Root and intermediate are in the wrong order."),
        ("intermediate-missing", (LEAF,), UNTRUSTED, "The intermediate is missing."),
        ("intermediate-left-out", (LEAF, ROOT), BROKEN, "The intermediate between leaf and root is left out."),
        (
            "unrelated-last",
            (LEAF, INTERMEDIATE, _stranger()),
            BROKEN,
            "A certificate follows that issued nothing here.",
        ),
        (
            "unrelated-between",
            (LEAF, _stranger(), INTERMEDIATE),
            BROKEN,
            "A certificate stands between that has no part.",
        ),
        ("leaf-twice", (LEAF, LEAF, INTERMEDIATE), BROKEN, "The leaf stands twice."),
    ):
        yield from jwt(f"chain-{name}", why, ORDER, verdict, signer=by_chain(*chain, trust=in_store))
    why = "A certificate follows a self-signed one that lies in the store."
    follows = by_chain(SELF_SIGNED, _stranger(), trust=anchors(SELF_SIGNED))
    yield from jwt("chain-unrelated-after-self-signed", why, ORDER, BROKEN, signer=follows)


def _stranger() -> Certificate:
    return authority("Acme Rockets Root", "p384")


def _impostors() -> Iterator[Case]:
    why = "No store has anything to do with the chain."
    yield from jwt("chain-of-strangers", why, ANCHOR, UNTRUSTED, signer=replace(CHAIN, trust=anchors(_stranger())))
    same_name = authority("Wabbit Networks Root", "p256-other")
    why = "The store's root has the name of the chain's, and another key."
    yield from jwt("chain-root-of-same-name", why, PATH, UNTRUSTED, signer=replace(CHAIN, trust=anchors(same_name)))
    sent = by_chain(LEAF, INTERMEDIATE, ROOT, trust=anchors(same_name))
    why = "The store's root has the name of the chain's, which is sent, and another key."
    yield from jwt("chain-root-of-same-name-sent", why, PATH, UNTRUSTED, signer=sent)
    forged_ca = authority("Wabbit Networks Signing CA", "p384", same_name)
    forged = by_chain(issue(CN, "p256-other", forged_ca), forged_ca, same_name, trust=anchors(ROOT))
    why = "The whole chain is an impostor's, under the names of the true one."
    yield from jwt("chain-forged", why, PATH, UNTRUSTED, signer=forged)
    why = "A leaf of the true name that claims the true intermediate as its issuer, and was signed by another key."
    claims_true = issue(CN, "p256-other", forged_ca)
    link = by_chain(claims_true, INTERMEDIATE, trust=anchors(ROOT))
    yield from jwt("chain-forged-leaf", why, "RFC 5280 section 6.1.3 (a) (1)", BROKEN, signer=link)
    why = "A self-signed certificate that lies in no store."
    unknown = by_chain(issue(CN, "p256-other"), trust=anchors(SELF_SIGNED))
    yield from jwt("chain-self-signed-unknown", why, ANCHOR, UNTRUSTED, signer=unknown)
    why = "A self-signed certificate that is not the store's byte for byte: the same name and key, made again."
    again = by_chain(issue(CN, "p256-signer", nth=2), trust=anchors(SELF_SIGNED))
    yield from jwt(
        "chain-self-signed-again", why, f"{OWN}: pinned is what lies in the store byte for byte", PROFILE, signer=again
    )


def _stores() -> Iterator[Case]:
    for kind in ("signingAuthority", "tsa"):
        why = f"The root lies in a store of the type {kind} alone."
        signer = replace(CHAIN, trust=anchors(ROOT, kind=kind))
        yield from jwt(f"store-{kind.lower()}", why, STORES, UNTRUSTED, signer=signer)
    why = "The root lies in stores of three types, and counts in the one of the type ca."
    three = {**anchors(ROOT), **anchors(ROOT, kind="signingAuthority"), **anchors(ROOT, kind="tsa")}
    yield from jwt("store-ca-among-others", why, STORES, **_listed(CHAIN, three, (STORE, ROOT)))
    why = "Two stores have the root: both are listed."
    two = {**anchors(ROOT), **anchors(ROOT, store="acme")}
    yield from jwt("store-two", why, EVERY, **_listed(CHAIN, two, ("acme", ROOT), (STORE, ROOT)))
    why = "One store has the root, another the intermediate, a third the leaf: all three are listed."
    three = {**anchors(ROOT, store="a"), **anchors(INTERMEDIATE, store="b"), **anchors(LEAF, store="c")}
    yield from jwt(
        "store-three-depths", why, EVERY, **_listed(CHAIN, three, ("a", ROOT), ("b", INTERMEDIATE), ("c", LEAF))
    )
    why = "A store has the root in two files: it is one anchor."
    yield from jwt("store-anchor-twice", why, EVERY, **_listed(CHAIN, anchors(ROOT, ROOT), (STORE, ROOT)))
    why = "Of two stores one anchors the chain: that one is listed."
    two = {**anchors(ROOT), **anchors(_stranger(), store="acme")}
    yield from jwt("store-other-beside", why, EVERY, **_listed(CHAIN, two, (STORE, ROOT)))
    why = "The same certificate lies in x509/ and in keys/: x5c is anchored by the first."
    here_and_there = {**SELF.trust, f"keys/{STORE}/certificate.pem": SELF_SIGNED.pem}
    yield from jwt("store-and-keys", why, EVERY, **_listed(SELF, here_and_there, (STORE, SELF_SIGNED)))
    why = "An anchor is a file in DER."
    der = {f"x509/ca/{STORE}/root.crt": ROOT.der}
    yield from jwt("store-der", why, EVERY, **_listed(CHAIN, der, (STORE, ROOT)))
    why = "The root is the second certificate of its file."
    bundle = {f"x509/ca/{STORE}/roots.pem": _stranger().pem + ROOT.pem}
    yield from jwt("store-bundle", why, EVERY, **_listed(CHAIN, bundle, (STORE, ROOT)))
    why = "A store's name may have every character that is allowed."
    odd = "Wabbit-Networks_2026.10"
    yield from jwt("store-name", why, OWN, **_listed(CHAIN, anchors(ROOT, store=odd), (odd, ROOT)))


def _listed(signer: Signer, trust: Trust, *stores: tuple[str, Certificate]) -> Options:
    """The signer under that trust, and the stores that are to be listed."""
    certificate = signer.certificate
    assert certificate
    listed = [{"name": name, "type": "ca", "fingerprint": anchor.fingerprint} for name, anchor in stores]
    identities = tuple(f"ca:{name}/{certificate.cn}" for name, _ in stores)
    changed = replace(signer, trust=trust, identities=identities)
    return {"signer": changed, "more": {"signer": changed.expected() | {"trustStores": listed}}}
