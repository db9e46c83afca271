"""The Notary v2 prototype's own signatures: the same verdict, or the hardened one that its entry gives and explains."""

import json
import shutil
from pathlib import Path
from typing import Any, Final

import pytest

from provider import instant, oci, trust
from provider.claims import Rejection
from provider.digest import sha256
from provider.verify import Stored, Verified, verify

BORROWED: Final = Path(__file__).parent / "vectors" / "borrowed"
VECTORS: Final[list[dict[str, Any]]] = json.loads((BORROWED / "manifest.json").read_text())["vectors"]
FOLDERS: Final = {"nv2:cert": ("x509/ca", "keys"), "nv2:ca-cert": ("x509/ca",)}


def verdict(vector: dict[str, Any], folder: Path) -> Verified | Rejection:
    for kind, files in vector["trust_roots"].items():
        for store in (folder / place / "borrowed" for place in FOLDERS[kind]):
            store.mkdir(parents=True, exist_ok=True)
            for file in files:
                shutil.copy(BORROWED / file, store)
    target = vector["target"]
    content = oci.identify((BORROWED / target["file"]).read_bytes(), target["media_type"])
    assert (content.digest, content.size) == (target["digest"], target["size"])
    data = (BORROWED / vector["envelope"]).read_bytes()
    stored = Stored(data, sha256(data), vector["envelope_media_type"], "borrowed")
    return verify(stored, content, trust.load(folder), instant.parse(vector["at"]))


def stated(result: Verified) -> dict[str, Any]:
    """What was established, under the names of the vectors' claims."""
    signature = result.signature
    signer, claims = signature.signer, signature.claims
    assert signer.certificate
    return {
        "signer_cn": signer.cn,
        "subject": signer.certificate.subject,
        "references": list(claims.references),
        "media_type": claims.media_type or "",
        "digest": claims.digest,
        "size": claims.size,
        "alg": signer.algorithm,
        "iat": claims.issued_at and instant.parse(claims.issued_at),
        "nbf": claims.not_before and instant.parse(claims.not_before),
        "exp": claims.expires_at and instant.parse(claims.expires_at),
        "kid": signer.key_id,
        "x509_sha256": [signer.certificate.fingerprint.removeprefix("sha256:")],
    }


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_the_verdict_is_the_prototypes_or_the_hardened_one(vector: dict[str, Any], tmp_path: Path) -> None:
    result = verdict(vector, tmp_path)
    expected = vector["expected"] | vector.get("hardened", {})
    sound = isinstance(result, Verified) and not result.reasons
    assert sound == expected["verified"] or "either_ok" in expected
    if isinstance(result, Verified) and not result.reasons:
        named = dict.fromkeys(("iat", "nbf", "exp", "kid"))
        assert stated(result) == named | expected["claims"]


def test_all_of_them_are_here() -> None:
    assert {vector["format"] for vector in VECTORS} == {"nv2-jwt", "nv2-json"}
    assert len(VECTORS) == 36
