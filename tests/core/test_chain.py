"""A chain is anchored by rule, whatever the hour; the answer is remembered, stays the same and takes bounded room."""

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from provider import chain
from provider.certificate import Certificate
from provider.chain import Path, anchor
from provider.errors import Rejected
from provider.trust import Trust
from tests.core import mutation
from tests.core.pki import AT, DAY, HOST, Party, anchors, authority, certify, ec_key, of, signer, trusting, usage


def carried(*parties: Party) -> tuple[Certificate, ...]:
    return tuple(of(party.certificate) for party in parties)


def line(depth: int, **lengths: int) -> list[Party]:
    """A root, `depth` intermediates under it, and a signer; `length_0` is the root's path length."""
    parties: list[Party] = []
    for place in range(depth + 1):
        issuer = parties[-1] if parties else None
        length = lengths.get(f"length_{place}")
        parties.append(authority(f"CA {place}", issuer=issuer, key=ec_key(200 + place), path_length=length))
    return [*parties, signer(issuer=parties[-1])]


def codes(parties: list[Party], trust: Trust) -> str:
    with pytest.raises(Rejected) as raised:
        anchor(carried(*parties), trust, "ca")
    assert raised.value.check == "authenticity"
    return raised.value.code


def fingerprints(path: Path) -> list[str]:
    return [one.fingerprint for one in path.certificates]


@pytest.mark.parametrize("depth", range(5))
@pytest.mark.parametrize("with_root", [True, False])
def test_a_chain_is_anchored_with_and_without_the_root_in_it(depth: int, with_root: bool) -> None:  # noqa: FBT001
    root, *rest = line(depth)
    leaf_first = [*reversed(rest), root] if with_root else [*reversed(rest)]
    (path,) = anchor(carried(*leaf_first), trusting(root), "ca")
    assert fingerprints(path) == [one.fingerprint for one in (*reversed(rest), root)]
    assert path.anchor.fingerprint == root.fingerprint
    assert [(store.type, store.name, store.fingerprint) for store in path.stores] == [
        ("ca", "wabbit-networks", root.fingerprint)
    ]


def test_an_intermediate_in_a_store_is_an_anchor_and_so_is_the_signer_itself() -> None:
    root, between, leaf = line(1)
    assert len(anchor(carried(leaf, between), trusting(between), "ca")[0].certificates) == 2
    assert len(anchor(carried(leaf), trusting(leaf), "ca")[0].certificates) == 1
    paths = anchor(carried(leaf, between, root), trusting(root, between, leaf), "ca")
    assert [len(path.certificates) for path in paths] == [1, 2, 3]


def test_a_self_signed_signer_is_anchored_when_it_lies_in_a_store_and_only_then() -> None:
    alone = signer()
    assert anchor(carried(alone), trusting(alone), "ca")[0].certificates == carried(alone)
    assert codes([alone], trusting(authority())) == "untrusted"
    assert codes([alone], trusting(signer(key=ec_key(2)))) == "untrusted"
    assert codes([alone], trusting(signer(serial=2))) == "certificate_profile"


def test_a_self_signed_ca_in_a_store_may_sign_but_one_that_was_issued_may_not() -> None:
    root, between, _ = line(1)
    assert anchor(carried(root), trusting(root), "ca")
    assert codes([between], trusting(between)) == "certificate_profile"
    assert codes([between], trusting(root)) == "certificate_profile"


def test_dates_play_no_part() -> None:
    root = authority(not_before=AT - 900 * DAY, not_after=AT - 800 * DAY)
    assert anchor(carried(signer(issuer=root, not_after=AT - 10 * DAY)), trusting(root), "ca")


def test_a_chain_out_of_order_or_with_a_stranger_is_broken() -> None:
    root, one, two, leaf = line(2)
    trust = trusting(root)
    assert codes([leaf, one, two], trust) == "chain_broken"
    assert codes([leaf, leaf, two, one], trust) == "chain_broken"
    assert codes([leaf, two, one, authority("Stranger")], trust) == "chain_broken"
    assert codes([leaf, authority("CA 2", key=ec_key(999))], trust) == "chain_broken"


def test_a_chain_with_a_gap_is_untrusted() -> None:
    root, _, two, leaf = line(2)
    assert codes([leaf, two], trusting(root)) == "untrusted"
    assert codes([leaf], trusting(root)) == "untrusted"


def test_a_root_of_the_same_name_and_another_key_anchors_nothing() -> None:
    _, leaf = line(0)
    assert codes([leaf], trusting(authority("CA 0", key=ec_key(999)))) == "untrusted"


def test_a_store_of_another_type_anchors_nothing() -> None:
    root, leaf = line(0)
    for kind in ("tsa", "signingAuthority"):
        trust = Trust(tuple(anchors(kind, "s", root.certificate)))
        assert codes([leaf], trust) == "untrusted"


def test_every_store_of_the_type_that_holds_the_anchor_is_reported() -> None:
    root, leaf = line(0)
    trust = Trust(
        (
            *anchors("ca", "b", root.certificate),
            *anchors("ca", "a", root.certificate),
            *anchors("tsa", "t", root.certificate),
        )
    )
    (path,) = anchor(carried(leaf), trust, "ca")
    assert {store.name for store in path.stores} == {"a", "b"}


def test_an_issuer_that_is_no_ca_anchors_nothing_even_in_a_store() -> None:
    fake = signer("Not a CA")
    leaf = signer(issuer=fake, key=ec_key(2))
    assert codes([leaf], trusting(fake)) == "certificate_profile"
    assert codes([leaf, fake], trusting(fake)) == "certificate_profile"


def test_an_issuer_beyond_the_anchor_keeps_the_profile_too() -> None:
    fake = signer("Not a CA", key=ec_key(50))
    between = authority("CA 1", issuer=fake, key=ec_key(51))
    leaf = signer(issuer=between)
    assert anchor(carried(leaf, between), trusting(between), "ca")
    assert codes([leaf, between, fake], trusting(between)) == "certificate_profile"


def test_path_lengths_are_counted_from_the_signer() -> None:
    for depth, lengths, code in [
        (1, {"length_0": 1}, None),
        (1, {"length_0": 0}, "certificate_profile"),
        (2, {"length_0": 2, "length_1": 1, "length_2": 0}, None),
        (2, {"length_1": 0}, "certificate_profile"),
    ]:
        root, *rest = line(depth, **lengths)
        if code is None:
            assert anchor(carried(*reversed(rest)), trusting(root), "ca")
        else:
            assert codes([*reversed(rest)], trusting(root)) == code


def test_a_self_issued_certificate_does_not_count_for_path_lengths() -> None:
    old = authority("CA", key=ec_key(60), path_length=0)
    rollover = authority("CA", key=ec_key(61), issuer=old)
    leaf = signer(issuer=rollover)
    assert anchor(carried(leaf, rollover), trusting(old), "ca")


def test_one_sound_path_is_enough_and_the_shortest_stands_first() -> None:
    strict_root, lax_root = authority("R", key=ec_key(70), path_length=0), authority("R", key=ec_key(70), serial=2)
    between = authority("CA 1", issuer=lax_root, key=ec_key(71))
    leaf = signer(issuer=between)
    paths = anchor(carried(leaf, between), trusting(strict_root, lax_root, between), "ca")
    assert [path.anchor.fingerprint for path in paths] == [between.fingerprint, lax_root.fingerprint]


def test_two_roots_of_one_name_and_key_are_two_paths_in_a_stated_order() -> None:
    roots = [authority("R", serial=serial) for serial in range(1, 6)]
    paths = anchor(carried(signer(issuer=roots[0])), trusting(*roots), "ca")
    assert [path.anchor.fingerprint for path in paths] == sorted(root.fingerprint for root in roots)


def test_a_loop_of_issuers_ends() -> None:
    one = authority("A", key=ec_key(80))
    other = authority("B", key=ec_key(81), issuer=one)
    cross = authority("A", key=ec_key(80), issuer=other)
    loop = carried(signer(issuer=cross), cross, other, cross, other, cross)
    assert anchor(loop, trusting(other), "ca")
    with pytest.raises(Rejected, match="anchors the chain"):
        anchor(loop, trusting(authority("C")), "ca")


def test_the_same_chain_has_the_same_answer_twice() -> None:
    root, *rest = line(2)
    trust = trusting(root)
    chain_ = carried(*reversed(rest))
    assert anchor(chain_, trust, "ca") == anchor(chain_, trust, "ca") == anchor(chain_, trusting(root), "ca")


def test_the_same_bad_chain_is_rejected_the_same_way_twice() -> None:
    root, *rest = line(2)
    trust = trusting(root)
    said = set()
    for _ in range(3):
        with pytest.raises(Rejected) as raised:
            anchor(carried(*rest), trust, "ca")
        said.add((raised.value.code, raised.value.check, raised.value.message))
    assert len(said) == 1


def test_what_is_remembered_for_one_type_is_not_taken_for_another() -> None:
    root, leaf = line(0)
    trust = trusting(root)
    assert anchor(carried(leaf), trust, "ca")
    for _ in range(2):
        with pytest.raises(Rejected):
            anchor(carried(leaf), trust, "signingAuthority")


def test_a_change_of_trust_forgets_what_was_remembered() -> None:
    root, leaf = line(0)
    assert anchor(carried(leaf), trusting(root), "ca")
    assert codes([leaf], trusting(authority("Other"))) == "untrusted"


def test_only_so_many_chains_are_remembered() -> None:
    root, leaf = line(0)
    trust = trusting(root)
    trust.chain_memory.update({str(number): () for number in range(chain._REMEMBERED)})
    assert anchor(carried(leaf), trust, "ca")
    assert len(trust.chain_memory) <= chain._REMEMBERED


def test_a_remembered_rejection_keeps_no_certificates_alive() -> None:
    # A traceback keeps every frame, and each frame the chain: megabytes a rejection, of whoever writes envelopes.
    trust = trusting(authority())
    assert codes([signer("stranger.example")], trust) == "untrusted"
    (remembered,) = trust.chain_memory.values()
    assert getattr(remembered, "__traceback__", None) is None


def test_which_flaw_is_named_does_not_depend_on_how_certificates_hash() -> None:
    # The anchor may not issue and the carried issuer is no CA: two flaws, of which the same one is named each time.
    said = set()
    for serial in range(1, 17):
        root = certify(
            "X", key=ec_key(90), serial=serial, extensions=[(x509.BasicConstraints(ca=True, path_length=None), True)]
        )
        stranger = authority("Y", key=ec_key(91))
        issuer = certify("X", key=ec_key(90), issuer=stranger, extensions=[(usage("key_cert_sign"), True)])
        leaf = certify(HOST, key=ec_key(92), issuer=issuer)
        with pytest.raises(Rejected) as raised:
            anchor(carried(leaf, issuer), trusting(root), "ca")
        said.add(raised.value.message)
    assert len(said) == 1


@mutation.FEW
@given(st.lists(st.integers(0, 5), min_size=1, max_size=6), st.sets(st.integers(0, 5), min_size=1, max_size=3))
def test_whatever_is_carried_a_path_leads_link_by_link_to_an_anchor(order: list[int], trusted: set[int]) -> None:
    pool = [*line(3), authority("Stranger", key=ec_key(300))]
    trust = trusting(*(pool[place] for place in trusted))
    try:
        paths = anchor(carried(*(pool[place] for place in order)), trust, "ca")
    except Rejected:
        return
    for path in paths:
        assert path.certificates[0].fingerprint == pool[order[0]].fingerprint
        assert path.anchor.fingerprint in {pool[place].fingerprint for place in trusted}
        assert all(one.issued_by(two) for one, two in zip(path.certificates, path.certificates[1:], strict=False))
