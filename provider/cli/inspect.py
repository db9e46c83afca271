"""`sigclaims inspect`: what an envelope says. Nothing of it is verified, and every form of the output says so."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from provider import envelopes, instant
from provider.certificate import Certificate
from provider.cli import output
from provider.cli.inputs import known_media_type
from provider.digest import sha256
from provider.envelopes import MAX_ENVELOPE, Envelope
from provider.reading import read_start


@click.command()
@click.argument("file", type=Path)
@click.option("--media-type", metavar="TYPE", help="The envelope's media type; recognised by its bytes if not given.")
@output.format_option
def inspect(*, file: Path, media_type: str | None, form: str) -> None:
    """Show what the envelope in FILE says, without verifying any of it.

    \b
    Example:
      sigclaims inspect net-monitor.jwt
    """
    known_media_type(media_type)
    data, digest = read_start(file, MAX_ENVELOPE)
    envelopes.check_size(data)
    envelope = envelopes.recognise(data, media_type).parse(data)
    if form == "json":
        output.write_json(_said(envelope, digest))
    else:
        output.write_text([output.printable(line) for line in _lines(envelope, digest)])


def _said(envelope: Envelope, digest: str) -> dict[str, Any]:
    statement = envelope.statement
    return {
        "verified": False,
        "digest": digest,
        "format": envelope.format.name,
        "algorithm": envelope.algorithm,
        "keyId": envelope.key_id,
        "statement": sha256(envelope.signed),
        "certificates": [_certificate(one) for one in envelope.certificates],
        "claims": {
            "mediaType": statement.media_type,
            "digest": statement.digest,
            "size": statement.size,
            "references": statement.references,
            "annotations": statement.annotations,
            "issuedAt": _time(statement.issued_at),
            "notBefore": _time(statement.not_before),
            "expiresAt": _time(statement.expires_at),
        },
    }


def _certificate(one: Certificate) -> dict[str, Any]:
    return {
        "subject": one.subject,
        "issuer": one.issuer,
        "serialNumber": str(one.serial_number),
        "fingerprint": one.fingerprint,
        "publicKey": one.key.spki_digest if one.key else None,
        "notBefore": _time(one.not_before),
        "notAfter": _time(one.not_after),
        "subjectAlternativeNames": one.alternative_names,
    }


def _lines(envelope: Envelope, digest: str) -> Iterator[str]:
    said = _said(envelope, digest)
    yield f"envelope {digest}"
    yield "  NOT VERIFIED: this is what the file says, and anybody can write one"
    yield f"  {said['format']}, algorithm {said['algorithm']}, key id {said['keyId'] or 'none'}"
    yield f"  statement {said['statement']}"
    for name, value in said["claims"].items():
        if value not in (None, (), {}):
            yield f"  {name} {', '.join(value) if isinstance(value, tuple) else value}"
    for place, one in enumerate(said["certificates"]):
        yield f"certificate {place + 1} of {len(said['certificates'])}  {one['subject']}"
        yield f"  issued by {one['issuer']}, serial {one['serialNumber']}"
        yield f"  {one['fingerprint']}, key {one['publicKey'] or 'not read'}"
        yield f"  from {one['notBefore']} to {one['notAfter']}"
        if one["subjectAlternativeNames"]:
            yield f"  names {', '.join(one['subjectAlternativeNames'])}"


def _time(moment: int | None) -> str | None:
    return None if moment is None else instant.text(moment)
