"""The claims: what was signed, until when, and that it is this manifest."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from tests.vectors import jose
from tests.vectors.actors import CN, DAY, NV2, OWN, REFERENCE, SELF, claims, json_form, jwt
from tests.vectors.draft import (
    AT,
    IMAGE_MANIFEST,
    JSON_TYPE,
    JWT_TYPE,
    MALFORMED,
    MANIFEST,
    Case,
    Change,
    Pairs,
    invalidated,
    refused,
    rejected,
)

EXP: Final = "RFC 7519 section 4.1.4: on or after it the content must not be accepted"
NBF: Final = "RFC 7519 section 4.1.5: before it the content must not be accepted"
LAST: Final = int(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp())
YEARS: Final = f"{OWN}: a signed time lies in the years 1970 to 9999"
DIGEST: Final = "OCI image specification, descriptor.md, Digests"
REQUIRED: Final = f"{NV2}: it is required"
GRAMMAR: Final = f"{NV2}: references follow the reference grammar of the distribution project"

INDEX: Final = "application/vnd.oci.image.index.v1+json"
DOCKER: Final = "application/vnd.docker.distribution.manifest.v2+json"


def cases() -> Iterator[Case]:
    """Each claim within its bounds, at them, and beyond."""
    yield from _times()
    yield from _media_type()
    yield from _digest()
    yield from _size()
    yield from _references()
    yield from _manifests()
    yield from _forms()


def _times() -> Iterator[Case]:
    yield from jwt("exp-after", "`exp` is one second away.", EXP, claims=claims(exp=AT + 1))
    yield from jwt("exp-at", "`exp` is this very second.", EXP, invalidated("expired"), claims=claims(exp=AT))
    yield from jwt("exp-before", "`exp` was a second ago.", EXP, invalidated("expired"), claims=claims(exp=AT - 1))
    why = "`exp` is zero, and zero is not absent: it expired in 1970."
    yield from jwt("exp-zero", why, EXP, invalidated("expired"), claims=claims(exp=0))
    yield from jwt("nbf-before", "`nbf` was a second ago.", NBF, claims=claims(nbf=AT - 1))
    yield from jwt("nbf-at", "`nbf` is this very second.", NBF, claims=claims(nbf=AT))
    yield from jwt("nbf-after", "`nbf` is one second away.", NBF, invalidated("notYetValid"), claims=claims(nbf=AT + 1))
    why = "`exp` has passed and `nbf` has not come: both reasons are given."
    stated = claims(nbf=AT + 1, exp=AT - 1)
    yield from jwt("exp-before-nbf", why, f"{EXP}; {NBF}", invalidated("expired", "notYetValid"), claims=stated)
    why = "`iat`, `nbf` and `exp` as the prototype writes them for a lifetime of ten days."
    yield from jwt("lifetime", why, NV2, claims=claims(nbf=AT - DAY, exp=AT + 9 * DAY))
    why = "`iat` lies ahead: it is the signer's word and no condition."
    yield from jwt("iat-ahead", why, "RFC 7519 section 4.1.6", claims=claims(iat=AT + DAY))
    yield from jwt("iat-absent", "`iat` is absent.", f"{NV2}: it is optional", claims=claims("iat"))
    for claim in ("exp", "nbf", "iat"):
        why = f"`{claim}` is the first second of the year 10000."
        yield from jwt(f"{claim}-year-10000", why, YEARS, MALFORMED, claims=claims(**{claim: LAST + 1}))
    why = "`exp` and `iat` are the last second of the year 9999."
    yield from jwt("times-last", why, YEARS, claims=claims(exp=LAST, iat=LAST))
    yield from jwt("iat-zero", "`iat` is the first second of 1970.", YEARS, claims=claims(iat=0))


def _media_type() -> Iterator[Case]:
    mismatch = rejected("subject_media_type")
    for name, value, verdict, why in (
        ("other", DOCKER, mismatch, "`mediaType` is another type than the manifest's."),
        ("other-case", IMAGE_MANIFEST.upper(), mismatch, "`mediaType` is written in upper case."),
        ("parameter", f"{IMAGE_MANIFEST}; charset=utf-8", mismatch, "`mediaType` has a parameter."),
        ("empty", "", MALFORMED, "`mediaType` is empty."),
        ("null", None, MALFORMED, "`mediaType` is null."),
        ("number", 1, MALFORMED, "`mediaType` is a number."),
    ):
        yield from jwt(f"media-type-{name}", why, f"{NV2}: mediaType", verdict, claims=claims(mediaType=value))
    yield from jwt("media-type-missing", "`mediaType` is missing.", REQUIRED, MALFORMED, claims=claims("mediaType"))


def _digest() -> Iterator[Case]:
    right = hashlib.sha256(MANIFEST).hexdigest()
    sha512 = hashlib.sha512(MANIFEST).hexdigest()
    for name, value, why in (
        ("upper-case", f"sha256:{right.upper()}", "The digits are in upper case."),
        ("upper-case-algorithm", f"SHA256:{right}", "The algorithm is in upper case."),
        ("shorter", f"sha256:{right[:-1]}", "A digit is missing."),
        ("longer", f"sha256:{right}0", "There is a digit too many."),
        ("no-algorithm", right, "The algorithm is missing."),
        ("dash", f"sha256-{right}", "The algorithm is set off by a dash."),
        ("md5", f"md5:{hashlib.md5(MANIFEST, usedforsecurity=False).hexdigest()}", "MD5 is no registered algorithm."),
        (
            "sha1",
            f"sha1:{hashlib.sha1(MANIFEST, usedforsecurity=False).hexdigest()}",
            "SHA-1 is no registered algorithm.",
        ),
        ("sha384", f"sha384:{hashlib.sha384(MANIFEST).hexdigest()}", "SHA-384 is no registered algorithm."),
        ("sha512-shorter", f"sha512:{sha512[:64]}", "SHA-512 with the length of SHA-256."),
        ("newline", f"sha256:{right}\n", "A line feed follows."),
        ("space", f" sha256:{right}", "A space stands before it."),
        ("arabic-digits", f"sha256:{right[:-1]}\u0661", "A digit is not one of 0 to 9."),
        ("empty", "", "It is empty."),
        ("null", None, "It is null."),
        ("number", 1, "It is a number."),
        ("list", [f"sha256:{right}"], "It is a list."),
    ):
        yield from jwt(f"digest-{name}", f"`digest`: {why}", DIGEST, MALFORMED, claims=claims(digest=value))
    yield from jwt("digest-missing", "`digest` is missing.", REQUIRED, MALFORMED, claims=claims("digest"))
    mismatch = rejected("subject_digest")
    why = "`digest` is another manifest's, of the same size."
    other = jose.sha256(MANIFEST.replace(b"2", b"3", 1))
    yield from jwt("digest-other", why, NV2, mismatch, claims=claims(digest=other))
    why = "`digest` is SHA-512 of the manifest."
    yield from jwt("digest-sha512", why, DIGEST, claims=claims(digest=f"sha512:{sha512}"))
    why = "`digest` is SHA-512 of something else."
    other = f"sha512:{hashlib.sha512(b'').hexdigest()}"
    yield from jwt("digest-sha512-other", why, DIGEST, mismatch, claims=claims(digest=other))


def _size() -> Iterator[Case]:
    rule = f"{NV2}: content is verified against size as well as digest"
    mismatch = rejected("subject_size")
    for name, value in (("less", len(MANIFEST) - 1), ("more", len(MANIFEST) + 1), ("zero", 0), ("largest", 2**53 - 1)):
        why = f"`size` is {value}, the manifest has {len(MANIFEST)} bytes."
        yield from jwt(f"size-{name}", why, rule, mismatch, claims=claims(size=value))
    why = "`size` is 2^53, the first integer that JSON's numbers do not hold exactly everywhere."
    yield from jwt("size-two-to-53", why, "RFC 7493 section 2.2", MALFORMED, claims=claims(size=2**53))
    yield from jwt("size-missing", "`size` is missing.", REQUIRED, MALFORMED, claims=claims("size"))


def _references() -> Iterator[Case]:
    nothing = "there is nothing to match, which is a fact and no pass"
    why = f"`references` is absent: {nothing}."
    yield from jwt("references-absent", why, f"{NV2}: it is optional", claims=claims("references"))
    yield from jwt("references-empty", f"`references` is empty: {nothing}.", NV2, claims=claims(references=[]))
    yield from jwt("references-null", "`references` is null.", GRAMMAR, MALFORMED, claims=claims(references=None))
    for name, value, why in (
        ("text", REFERENCE, "`references` is a text instead of a list."),
        ("object", (("0", REFERENCE),), "`references` is an object instead of a list."),
        ("number-member", [REFERENCE, 1], "A member is a number."),
        ("null-member", [REFERENCE, None], "A member is null."),
        ("list-member", [[REFERENCE]], "A member is a list."),
    ):
        yield from jwt(f"references-{name}", why, NV2, MALFORMED, claims=claims(references=value))
    digest = "sha256:" + "0" * 64
    for name, value, why in (
        ("no-host", "net-monitor:v1", "it names no host"),
        ("empty-host", "/net-monitor:v1", "its host is empty"),
        ("empty", "", "it is empty"),
        ("host-alone", CN, "it has no path"),
        ("no-path", f"{CN}/", "its path is empty"),
        ("scheme", f"https://{REFERENCE}", "it is a URL"),
        ("user", f"user@{REFERENCE}", "it has a user"),
        ("space", f"{CN}/net monitor:v1", "it has a space in it"),
        ("newline", f"{REFERENCE}\n", "a line feed follows"),
        ("upper-case-path", f"{CN}/Net-Monitor:v1", "its path has upper case"),
        ("dots", f"{CN}/../net-monitor:v1", "its path goes up"),
        ("empty-tag", f"{CN}/net-monitor:", "its tag is empty"),
        ("two-tags", f"{CN}/net-monitor:v1:v2", "it has two tags"),
        ("empty-port", f"{CN}:/net-monitor:v1", "its port is empty"),
        ("port-text", f"{CN}:https/net-monitor:v1", "its port is no number"),
        ("short-digest", f"{CN}/net-monitor@{digest[:-1]}", "its digest is too short"),
        ("wildcard-host", "*.wabbit-networks.io/net-monitor:v1", "its host has a wildcard"),
        ("ipv6-bare", "2001:db8::1/net-monitor:v1", "its host is an IPv6 address without brackets"),
        ("kelvin-host", "registry.\u212a.io/net-monitor:v1", "its host has a Kelvin sign for k"),
        ("full-stop", "registry\u3002wabbit-networks.io/net-monitor:v1", "its host has an ideographic full stop"),
    ):
        stated = claims(references=[REFERENCE, value])
        yield from jwt(f"reference-{name}", f"A reference is not whole: {why}.", GRAMMAR, MALFORMED, claims=stated)
    for name, value in (
        ("without-tag", f"{CN}/net-monitor"),
        ("with-digest", f"{CN}/net-monitor@{digest}"),
        ("with-both", f"{CN}/net-monitor:v1@{digest}"),
        ("long-path", f"{CN}/wabbit/networks_software/net-monitor.core__x:V1.0_b-2"),
    ):
        why = f"A reference may have tag and digest, or neither: {name.replace('-', ' ')}."
        yield from jwt(f"reference-{name}", why, GRAMMAR, claims=claims(references=[value]))
    why = "Several references, each under the certificate's name, in the order in which they were signed."
    several = [REFERENCE, f"{CN}/net-monitor:latest", f"{CN}/a"]
    yield from jwt("references-several", why, NV2, claims=claims(references=several))
    for count, verdict in ((256, None), (257, MALFORMED)):
        stated = claims(references=[f"{CN}/a:{number}" for number in range(count)])
        why, rule = f"There are {count} references.", f"{OWN}: at most 256 references"
        if verdict:
            yield from jwt("references-too-many", why, rule, verdict, claims=stated)
        else:
            yield from jwt("references-256", why, rule, claims=stated)


def _about(manifest: bytes, media_type: str) -> Pairs:
    return claims(mediaType=media_type, digest=jose.sha256(manifest), size=len(manifest))


def _manifests() -> Iterator[Case]:
    rule = f"{NV2}: what is signed is the target manifest, byte for byte"
    own = json.loads(MANIFEST)
    layer = {"mediaType": IMAGE_MANIFEST, "digest": jose.sha256(MANIFEST), "size": len(MANIFEST)}
    index = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": [layer]}).encode()
    why = "An index is signed like any manifest."
    yield from jwt("subject-index", why, rule, manifest=index, claims=_about(index, INDEX))
    why = "A signature over a manifest does not stand for the index that lists it."
    yield from jwt("subject-index-of-signed", why, rule, rejected("subject_media_type"), manifest=index)
    yield from json_form("subject-index-of-signed", why, rule, rejected("subject_size"), manifest=index)
    docker = json.dumps(own | {"mediaType": DOCKER}).encode()
    why = "A Docker manifest, with white space as it was pushed."
    yield from jwt("subject-docker", why, rule, manifest=docker, claims=_about(docker, DOCKER))
    why = "The manifest has a line feed more than what was signed."
    yield from jwt("subject-newline", why, rule, rejected("subject_size"), manifest=MANIFEST + b"\n")
    why = "One byte of the manifest is another."
    changed = MANIFEST.replace(b'"layers"', b'"Layers"')
    yield from jwt("subject-changed", why, rule, rejected("subject_digest"), manifest=changed)
    declared = "OCI image specification, manifest.md: mediaType and the Content-Type must match"
    nameless = json.dumps({name: value for name, value in own.items() if name != "mediaType"}).encode()
    stated = _about(nameless, IMAGE_MANIFEST)
    why = "The manifest does not say its media type, whoever has it does."
    yield from jwt(
        "subject-type-given", why, declared, manifest=nameless, manifest_media_type=IMAGE_MANIFEST, claims=stated
    )
    why = "The manifest says its media type, and it is given as the same."
    yield from jwt("subject-type-twice", why, declared, manifest_media_type=IMAGE_MANIFEST)
    why = "The manifest says one media type and is given as another: neither reading is safe."
    mismatch = rejected("subject_media_type")
    yield from jwt("subject-type-differs", why, declared, mismatch, manifest_media_type=DOCKER)
    stated = claims(mediaType=DOCKER)
    why = "The same, and what was signed is the type that it is given as."
    yield from jwt("subject-type-differs-signed", why, declared, mismatch, manifest_media_type=DOCKER, claims=stated)
    why = "Nobody says the manifest's media type."
    yield from jwt("subject-type-unknown", why, OWN, refused("media_type_unknown"), manifest=nameless)
    for name, data in (("json", b"not a manifest"), ("object", b"[" + MANIFEST + b"]")):
        why = f"The manifest is no {name.replace('json', 'JSON')}: there is nothing that could have been signed."
        stated = _about(data, IMAGE_MANIFEST)
        invalid = refused("manifest_invalid")
        yield from jwt(f"subject-no-{name}", why, OWN, invalid, manifest=data, claims=stated)
    ambiguous = json.dumps(own | {"manifests": [layer]}).encode()
    why = "The manifest has layers and manifests, and could be read as an image and as an index."
    stated = _about(ambiguous, IMAGE_MANIFEST)
    rule = "OCI image specification, manifest.md and image-index.md; CVE-2021-41190"
    yield from jwt("subject-ambiguous", why, rule, mismatch, manifest=ambiguous, claims=stated)


def _forms() -> Iterator[Case]:
    rule = f"{OWN}: the media type of the JSON form may hold either form"
    yield from jwt("form-under-json-type", "A JWT under the JSON form's media type.", rule, media_type=JSON_TYPE)
    yield from jwt("form-recognised", "No media type is given: the form is known by its bytes.", OWN, media_type=None)
    why = "The JSON form under the media type of a JWT."
    yield from json_form("form-under-jwt-type", why, OWN, MALFORMED, media_type=JWT_TYPE)
    unknown = rejected("unknown_format")
    for name, data, why in (
        ("nothing", b"", "The file is empty."),
        ("garbage", bytes(range(256)), "The file holds every byte once."),
        ("pem", SELF.trust["x509/ca/wabbit-networks/1.pem"], "The file is a certificate."),
        ("list", b"[1]", "The file is another JSON text than an object."),
    ):
        yield from jwt(f"form-{name}", why, OWN, unknown, media_type=None, finish=_instead(data))
    for name, data in (("json", b"{}"), ("statement", b'{"payloadType":"x","payload":"e30=","signatures":[]}')):
        why = "The file is a JSON object of another kind."
        yield from json_form(f"form-other-{name}", why, OWN, MALFORMED, finish=_instead(data))
    why = "Another serialisation of JWS: header, payload and signature in JSON."
    yield from json_form("form-flattened-jws", why, "RFC 7515 section 7.2.2", MALFORMED, finish=_flattened)
    why = "The media type of the envelope is that of no signature."
    yield from jwt("form-unknown-type", why, OWN, refused("media_type_unknown"), media_type="application/json")
    why = "The envelope is larger than 1 MiB, though the signature in it would hold."
    larger = rejected("envelope_too_large")
    yield from json_form("form-too-large", why, f"{OWN}: at most 1 MiB", larger, finish=_enlarged)


def _instead(data: bytes) -> Change:
    return lambda _: data


def _flattened(_: bytes) -> bytes:
    return b'{"protected":"eyJhbGciOiJFUzI1NiIsInR5cCI6Ing1MDkifQ","payload":"e30","signature":"AAAA"}'


def _enlarged(envelope: bytes) -> bytes:
    return envelope[:-1] + b" " * (1024 * 1024 + 1 - len(envelope)) + b"}"
