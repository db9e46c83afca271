"""`sigclaims sign` and `attach`: an envelope over a manifest, and its place beside the image in a layout."""

import re
import sys
from pathlib import Path
from typing import Final, cast, get_args

import click

from provider import clock, reference, writing
from provider.cli import inputs, output
from provider.digest import sha256
from provider.envelopes import MAX_ENVELOPE
from provider.errors import Refused, Unavailable
from provider.oci import Content
from provider.reading import read
from provider.sign import Form, signing_key
from provider.sign import sign as sign_content
from provider.source.attach import Storage
from provider.source.attach import attach as attach_envelope
from provider.source.layout import LayoutSource

_MAX_PEM: Final = 1024 * 1024
_MAX_PASSWORD: Final = 4096
_LIFETIME: Final = re.compile(r"([1-9][0-9]{0,5})([smhd])")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@click.command()
@click.option("--key", type=Path, required=True, metavar="FILE", help="The private key: PEM, PKCS #8 or JWK.")
@click.option("--password-file", type=Path, metavar="FILE", help="Of an encrypted key; asked for if not given.")
@click.option("--algorithm", metavar="ALG", help="As PS256, for a key without a chain; the usual one if not given.")
@click.option("--chain", type=Path, metavar="FILE", help="Its certificates (PEM), leaf first; without: sign by kid.")
@click.option("--manifest", type=Path, metavar="FILE", help="The manifest to sign, byte for byte.")
@click.option("--manifest-media-type", metavar="TYPE", help="Its media type; its own if not given.")
@click.option("--layout", type=Path, metavar="DIR", help="The OCI image layout that holds the image to sign.")
@click.option("--image", metavar="REF", help="The image in the layout, by tag or digest.")
@click.option("--reference", "references", multiple=True, metavar="REF", help="A name to sign; --image's if not given.")
@click.option("--expires-in", metavar="TIME", help="How long the signature is valid, as 90d, 12h, 30m or 10s.")
@click.option(
    "--form",
    "envelope_form",
    type=click.Choice(["nv2.jwt", "nv2.json"]),
    default="nv2.jwt",
    help="The format to sign in.",
)
@click.option("--output", "target", type=Path, metavar="FILE", help="Write the envelope there.")
@click.option("--attach", is_flag=True, help="Put the envelope beside the image in the layout.")
@output.report_option
def sign(
    *,
    key: Path,
    password_file: Path | None,
    algorithm: str | None,
    chain: Path | None,
    manifest: Path | None,
    manifest_media_type: str | None,
    layout: Path | None,
    image: str | None,
    references: tuple[str, ...],
    expires_in: str | None,
    envelope_form: str,
    target: Path | None,
    attach: bool,
    form: str,
) -> None:
    """Sign a manifest: a file, or an image in an OCI image layout.

    \b
    Example:
      sigclaims sign --key key.pem --chain chain.pem --layout images \\
        --image registry.wabbit-networks.io/net-monitor:v1 --attach
    """
    if not target and not (attach and layout):
        raise click.UsageError("say where the envelope goes: --output FILE, or --attach with --layout")
    if manifest and not layout and not image:
        content = inputs.manifest(manifest, manifest_media_type)
    elif layout and image and not manifest:
        content, named = _in_layout(layout, image)
        references = references or named
    else:
        raise click.UsageError("say what to sign: --manifest FILE, or --layout DIR with --image REF")
    private = read(key, _MAX_PEM)
    password = _password(password_file) if b"ENCRYPTED" in private else None
    signer = signing_key(private, read(chain, _MAX_PEM) if chain else None, password)
    lifetime = _lifetime(expires_in) if expires_in else None
    envelope = sign_content(
        content,
        references,
        signer,
        at=clock.now(),
        lifetime=lifetime,
        form=cast("Form", envelope_form),
        algorithm=algorithm,
    )
    said = []
    if target:
        writing.create({target: (envelope, 0o644)})
        said.append(f"wrote {target}")
    attached = attach_envelope(layout, envelope) if attach and layout else None
    if attached:
        said.append(f"attached to {content.digest} in {layout} as {attached}")
    if not references:
        output.note("nothing is signed about the image's name; pass --reference, for policies may ask for one")
    written = str(target) if target else None
    output.report(
        form, "; ".join(said), digest=sha256(envelope), over=content.digest, written=written, attached=attached
    )


@click.command()
@click.option("--layout", type=Path, required=True, metavar="DIR", help="The OCI image layout that holds the image.")
@click.option("--signature", "envelope", type=Path, required=True, metavar="FILE", help="The envelope.")
@click.option("--storage", type=click.Choice(get_args(Storage)), default="referrer", help="The form to store it in.")
@output.report_option
def attach(*, layout: Path, envelope: Path, storage: str, form: str) -> None:
    """Put a signature beside its image in an OCI image layout.

    The image is the one that the signature is over. Attaching twice changes nothing. It is stored as an image
    manifest with a subject (referrer), or as the nv2 prototype did: without one (config), as an index with the
    signature as its config (index), or as an artifact manifest (artifact).

    \b
    Example:
      sigclaims attach --layout images --signature net-monitor.jwt
    """
    stored = attach_envelope(layout, read(envelope, MAX_ENVELOPE), cast("Storage", storage))
    output.report(form, f"attached in {layout} as {stored}", attached=stored)


def _in_layout(layout: Path, image: str) -> tuple[Content, tuple[str, ...]]:
    """The image's content, and the name to sign: the image's own where it was asked for by tag."""
    asked = reference.normalise(image)
    try:
        found = LayoutSource("layout", layout, (asked.name,)).fetch(asked)
    except Unavailable as error:
        raise Refused("layout_invalid", error.message) from error
    if found is None:
        raise Refused("layout_invalid", f"{layout}: does not hold {asked}")
    return found.content, (str(asked),) if asked.tag else ()


def _password(file: Path | None) -> bytes | None:
    if file:
        return read(file, _MAX_PASSWORD).rstrip(b"\r\n")
    if sys.stdin.isatty():
        return str(click.prompt("Password of the key", hide_input=True, err=True)).encode()
    return None


def _lifetime(text: str) -> int:
    match = _LIFETIME.fullmatch(text)
    if match is None:
        raise click.UsageError(f"--expires-in {text}: write 90d, 12h, 30m or 10s")
    return int(match[1]) * _SECONDS[match[2]]
