"""`sigclaims keygen`: a key and a certificate to sign with, and the folder of a trust store to go with them."""

from pathlib import Path

import click

from provider import clock, issue, writing
from provider.cli import output

Files = dict[Path, tuple[bytes, int]]
KEY, CHAIN, CA, CA_KEY, JWK = "key.pem", "chain.pem", "ca.pem", "ca-key.pem", "public.jwk"


@click.command()
@click.argument("cn")
@click.option("--output", "folder", type=Path, required=True, metavar="DIR", help="The folder for the files.")
@click.option("--kind", type=click.Choice([*issue.CERTIFIED_KINDS, "Ed25519"]), default="P-256", help="Of the key.")
@click.option("--ca", "with_ca", is_flag=True, help="Make a CA, and a leaf under it, instead of a self-signed one.")
@click.option("--days", type=click.IntRange(1, 36500), default=365, show_default=True, help="How long they are valid.")
@output.report_option
def keygen(*, cn: str, folder: Path, kind: str, with_ca: bool, days: int, form: str) -> None:
    """Make a key and a certificate for the common name CN.

    Writes key.pem (keep it secret) and chain.pem; with --ca also ca.pem and ca-key.pem. Whoever is to trust the
    signer puts chain.pem (with --ca: ca.pem) into a store of the trust folder, as x509/ca/<store>/. Certificates of
    Ed25519 keys are not read by nv2, so such a key comes with public.jwk, for a store under keys/.

    \b
    Example:
      sigclaims keygen registry.wabbit-networks.io --output keys/wabbit-networks
    """
    files = _bare(folder, with_ca=with_ca) if kind == "Ed25519" else _certified(cn, folder, kind, days, with_ca=with_ca)
    writing.create(files)
    output.report(form, f"wrote {', '.join(map(str, files))}", written=list(map(str, files)))


def _certified(cn: str, folder: Path, kind: str, days: int, *, with_ca: bool) -> Files:
    now, key = clock.now(), issue.private_key(kind)
    root = issue.ca(f"{cn} CA", now, days) if with_ca else None
    signer = issue.leaf(cn, root, now, days, key) if root else issue.self_signed(cn, now, days, key)
    files = {folder / KEY: (signer.key_pem(), 0o600), folder / CHAIN: (signer.certificate_pem(), 0o644)}
    if root:
        files |= {folder / CA_KEY: (root.key_pem(), 0o600), folder / CA: (root.certificate_pem(), 0o644)}
    return files


def _bare(folder: Path, *, with_ca: bool) -> Files:
    if with_ca:
        raise click.UsageError("--ca makes certificates, and an Ed25519 key has none here")
    private, public = issue.bare_key()
    return {folder / KEY: (private, 0o600), folder / JWK: (public, 0o644)}
