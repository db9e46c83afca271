"""A small world for whole-path tests: signers, trust stores, a layout, settings, and the question that is asked."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtensionOID, NameOID

from provider import clock, issue, trust
from provider.document import encode
from provider.issue import Issued
from provider.service import ClaimsService
from provider.sign import Form, sign, signing_key
from provider.source.attach import attach
from provider.source.layout import LayoutSource

WABBIT, ACME = "registry.wabbit-networks.io", "acme-rockets.azurecr.io"
SIGNERS = {WABBIT: [f"ca:wabbit-networks/{WABBIT}"], ACME: [f"ca:acme-rockets/{ACME}"]}


@dataclass
class World:
    """A folder with `trust/`, `layout/` and withdrawals; signers by the name of their store."""

    folder: Path
    signers: dict[str, Issued] = field(default_factory=dict)

    @property
    def layout(self) -> Path:
        return self.folder / "layout"

    @property
    def withdrawals(self) -> Path:
        return self.folder / "withdrawals.json"

    def signer(self, store: str, cn: str, san: str | None = None) -> None:
        """A CA of its own in a store, and a leaf under it."""
        now = clock.now()
        root = issue.ca(f"{store} CA", now, 30)
        self.signers[store] = _odd_leaf(cn, san, root) if san else issue.leaf(cn, root, now, 30)
        place = self.folder / "trust/x509/ca" / store
        place.mkdir(parents=True, exist_ok=True)
        (place / "ca.pem").write_bytes(root.certificate_pem())

    def sign(self, store: str, digest: str, *references: str, form: Form = "nv2.jwt") -> bytes:
        """An envelope over a manifest in the layout."""
        manifest = LayoutSource("layout", self.layout, ()).manifest(digest)
        assert manifest is not None
        signer = self.signers[store]
        key = signing_key(signer.key_pem(), signer.certificate_pem())
        return sign(manifest.content, references, key, at=clock.now(), lifetime=86400, form=form)

    def attach(self, envelope: bytes) -> str:
        return attach(self.layout, envelope)

    def claims(self, image: str) -> Any:  # noqa: ANN401
        """The document of an image, as JSON has it."""
        trusted = trust.load(self.folder / "trust", self.withdrawals if self.withdrawals.exists() else None)
        repositories = tuple({image.partition("@")[0].rpartition(":")[0] or image, image.partition("@")[0]})
        source = LayoutSource("layout", self.layout, repositories)
        service = ClaimsService((source,), lambda: trusted, clock.now, 3600)
        return json.loads(encode(service.document(image)))

    def question(self, images: Sequence[str], **parameters: Any) -> Path:  # noqa: ANN401
        """The whole question about images, in a file."""
        path = self.folder / "question.json"
        asked = [{"image": image, "claims": self.claims(image)} for image in images]
        path.write_text(json.dumps({"images": asked, "parameters": {"signers": SIGNERS, **parameters}}))
        return path


def _odd_leaf(cn: str, san: str, root: Issued) -> Issued:
    """A leaf whose CN is any text at all, and whose dNSName makes its references pass."""
    made = issue.leaf(san, root, clock.now(), 30)
    key = ec.generate_private_key(ec.SECP256R1())
    builder = x509.CertificateBuilder(
        issuer_name=made.certificate.issuer,
        subject_name=x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, cn)]),
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=made.certificate.not_valid_before_utc,
        not_valid_after=made.certificate.not_valid_after_utc,
        extensions=[one for one in made.certificate.extensions if one.oid != ExtensionOID.SUBJECT_KEY_IDENTIFIER],
    )
    return Issued(key, builder.sign(root.key, hashes.SHA256()))
