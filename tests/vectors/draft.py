"""A vector: an envelope drafted in either form of nv2, the trust it is judged by, and the verdict that is right.

What is expected follows from the draft alone: nothing here calls the code under test.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Literal, TypedDict

from tests.vectors import jose
from tests.vectors.pki import Certificate

Form = Literal["nv2-jwt", "nv2-json"]
Pairs = tuple[tuple[str, object], ...]
Trust = Mapping[str, bytes]

JWT: Final[tuple[Form, ...]] = ("nv2-jwt",)
JSON: Final[tuple[Form, ...]] = ("nv2-json",)
BOTH: Final[tuple[Form, ...]] = ("nv2-jwt", "nv2-json")

JWT_TYPE: Final = "application/vnd.cncf.notary.config.v2+jwt"
JSON_TYPE: Final = "application/vnd.cncf.notary.config.v2+json"
IMAGE_MANIFEST: Final = "application/vnd.oci.image.manifest.v1+json"

AT: Final = int(datetime(2026, 12, 1, tzinfo=UTC).timestamp())
"""The moment of verification, where a case says no other."""

STATEMENT: Final = "<statement>"
"""In withdrawals: the SHA-256 of the bytes that the case signs."""

MANIFEST: Final = json.dumps(
    {
        "schemaVersion": 2,
        "mediaType": IMAGE_MANIFEST,
        "config": {
            "mediaType": "application/vnd.oci.image.config.v1+json",
            "digest": jose.sha256(b"config"),
            "size": 6,
        },
        "layers": [],
    },
    separators=(",", ":"),
).encode()


class Raw(str):
    """JSON text that goes in as it stands."""

    __slots__ = ()


@dataclass(frozen=True)
class Verdict:
    """Into which list the signature falls; `refused`: the command cannot use what it was given."""

    list: Literal["signatures", "invalidated", "rejected", "refused"]
    code: str | None = None
    reasons: tuple[str, ...] = ()


SOUND: Final = Verdict("signatures")
MALFORMED: Final = Verdict("rejected", "malformed_envelope")


def rejected(code: str) -> Verdict:
    return Verdict("rejected", code)


def invalidated(*reasons: str) -> Verdict:
    return Verdict("invalidated", reasons=reasons)


def refused(code: str) -> Verdict:
    return Verdict("refused", code)


@dataclass(frozen=True)
class Signer:
    """Who signs: a private key, how the header names it, the trust folder, and what is to be reported of it."""

    key: str
    algorithm: str
    named: Pairs
    trust: Trust
    certificate: Certificate | None
    identities: tuple[str, ...]

    @property
    def header(self) -> Pairs:
        """The header's members (JWT), and those of `signature` but for `sig` (JSON)."""
        return (("typ", "x509"), ("alg", self.algorithm), *self.named)

    def expected(self) -> dict[str, object]:
        """The signer as a document has it."""
        certificate = self.certificate
        return {
            "cn": certificate.cn if certificate else None,
            "identities": sorted(self.identities),
            "type": "x509" if certificate else "jwk",
            "algorithm": self.algorithm,
            "keyId": dict(self.named).get("kid"),
            "publicKey": jose.public_digest(self.key),
            "certificate": {"fingerprint": certificate.fingerprint} if certificate else None,
        }


Change = Callable[[bytes], bytes]


class Options(TypedDict, total=False):
    """What a case may say of its draft; see `Draft`."""

    signer: Signer
    claims: Pairs
    header: Pairs
    edit_claims: Change
    edit_header: Change
    algorithm: str
    sign: Change
    spoil: Change
    finish: Change
    trust: Trust
    manifest: bytes
    at: int
    media_type: str | None
    manifest_media_type: str | None
    withdrawals: bytes | tuple[Pairs, ...]
    more: Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class Draft:
    """An envelope before it has a form.

    `claims` and `header`: members in their order; the JSON form has no mediaType. `edit_claims` and `edit_header`
    change their bytes before the signature is made, with `algorithm` whatever the header says, or by `sign` out of the
    signed bytes. `spoil` changes the signature, and `finish` the whole envelope. `media_type` "" is the form's own.
    `more` is expected beside what follows from the draft.
    """

    signer: Signer
    claims: Pairs
    header: Pairs | None = None
    edit_claims: Change = bytes
    edit_header: Change = bytes
    algorithm: str | None = None
    sign: Change | None = None
    spoil: Change = bytes
    finish: Change = bytes
    trust: Trust | None = None
    manifest: bytes = MANIFEST
    at: int = AT
    media_type: str | None = ""
    manifest_media_type: str | None = None
    withdrawals: bytes | tuple[Pairs, ...] | None = None
    more: Mapping[str, object] = field(default_factory=dict)

    def signed(self, form: Form) -> bytes:
        """The bytes that the signature covers."""
        pairs = tuple(pair for pair in self.claims if form == "nv2-jwt" or pair[0] != "mediaType")
        claims = self.edit_claims(text(pairs))
        if form == "nv2-json":
            return claims
        return ".".join(jose.b64url(part) for part in (self.edit_header(text(self._header)), claims)).encode()

    def signature(self, form: Form) -> bytes:
        """The signature over them."""
        signed = self.signed(form)
        make = self.sign or (lambda it: jose.sign(self.signer.key, self.algorithm or self.signer.algorithm, it))
        return self.spoil(make(signed))

    def envelope(self, form: Form) -> bytes:
        """The file."""
        signed, signature = self.signed(form), self.signature(form)
        if form == "nv2-jwt":
            return self.finish(signed + b"." + jose.b64url(signature).encode())
        sig = () if "sig" in dict(self._header) else (("sig", jose.b64(signature)),)
        header = self.edit_header(text((*self._header, *sig)))
        return self.finish(b'{"signed":' + signed + b',"signature":' + header + b"}")

    @property
    def _header(self) -> Pairs:
        return self.signer.header if self.header is None else self.header

    def expected(self, form: Form) -> dict[str, object]:
        """The entry of the document, as far as the draft tells it."""
        claims = dict(self.claims)
        references = claims.get("references", [])
        stated = {
            "mediaType": claims.get("mediaType") if form == "nv2-jwt" else None,
            "digest": claims.get("digest"),
            "size": claims.get("size"),
            "references": references,
            "issuedAt": _time(claims.get("iat")),
            "notBefore": _time(claims.get("nbf")),
            "expiresAt": _time(claims.get("exp")),
        }
        return {
            "statement": jose.sha256(self.signed(form)),
            "signer": self.signer.expected(),
            "claims": stated,
            "referencesMatchSigner": True if references and self.signer.certificate else None,
            **self.more,
        }


@dataclass(frozen=True)
class Case:
    """One directory below `<form>/`. `why` says what it is there for, `source` which rule it follows."""

    form: Form
    name: str
    why: str
    source: str
    verdict: Verdict
    draft: Draft

    @property
    def folder(self) -> str:
        """Its name ends in _fail when the signature must not be sound."""
        return f"{self.form}/{self.name}" + ("" if self.verdict == SOUND else "_fail")

    def files(self) -> dict[str, bytes]:
        """The files by their path below this folder."""
        draft = self.draft
        trust = draft.signer.trust if draft.trust is None else draft.trust
        found = {
            "README.md": f"{self.why}\n\nSource: {self.source}.\n".encode(),
            "case.json": (json.dumps(self._case(), indent=2, ensure_ascii=False) + "\n").encode(),
            f"envelope.{self.form.removeprefix('nv2-')}": draft.envelope(self.form),
            "manifest.json": draft.manifest,
            **{f"trust/{path}": data for path, data in trust.items()},
        }
        if draft.withdrawals is not None:
            found["withdrawals.json"] = self._withdrawals(draft.withdrawals)
        return {f"{self.folder}/{path}": data for path, data in found.items()}

    def _case(self) -> dict[str, object]:
        verdict, draft = self.verdict, self.draft
        expected: dict[str, object] = {"list": verdict.list}
        if verdict.code:
            expected["code"] = verdict.code
        else:
            expected |= {"reasons": list(verdict.reasons)} if verdict.reasons else {}
            expected |= draft.expected(self.form)
        own_type = JWT_TYPE if self.form == "nv2-jwt" else JSON_TYPE
        return {
            "at": _time(draft.at),
            "mediaType": own_type if draft.media_type == "" else draft.media_type,
            "manifestMediaType": draft.manifest_media_type,
            "expected": expected,
        }

    def _withdrawals(self, withdrawals: bytes | tuple[Pairs, ...]) -> bytes:
        if isinstance(withdrawals, tuple):
            entries = ",\n".join("  " + text(one).decode() for one in withdrawals)
            withdrawals = f'{{"version":"1","withdrawals":[\n{entries}\n]}}\n'.encode()
        return withdrawals.replace(STATEMENT.encode(), jose.sha256(self.draft.signed(self.form)).encode())


def members(pairs: Pairs, *without: str, **changed: object) -> Pairs:
    """Members in their places with other values, and without some; a new one goes to the end."""
    kept = tuple((name, changed.pop(name, value)) for name, value in pairs if name not in without)
    return kept + tuple(changed.items())


def text(value: object) -> bytes:
    """Compact JSON. A tuple of pairs is an object, whose members may stand twice; U+DC80 to U+DCFF are single bytes."""
    return _text(value).encode("utf-8", "surrogateescape")


def _text(value: object) -> str:
    match value:
        case Raw():
            return str(value)
        case tuple():
            return "{" + ",".join(f"{_text(name)}:{_text(one)}" for name, one in value) + "}"
        case list():
            return "[" + ",".join(_text(one) for one in value) + "]"
        case _:
            return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _time(seconds: object) -> str | None:
    if not isinstance(seconds, int):
        return None
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
