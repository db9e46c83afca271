"""`sigclaims keygen`: a key and a certificate to sign with, and the folder of a trust store to go with them."""

from pathlib import Path

import click

from provider import clock, issue, writing
from provider.cli import output

KEY, CHAIN, CA, CA_KEY = "key.pem", "chain.pem", "ca.pem", "ca-key.pem"


@click.command()
@click.argument("cn")
@click.option("--output", "folder", type=Path, required=True, metavar="DIR", help="The folder for the files.")
@click.option("--ca", "with_ca", is_flag=True, help="Make a CA, and a leaf under it, instead of a self-signed one.")
@click.option("--days", type=click.IntRange(1, 36500), default=365, show_default=True, help="How long they are valid.")
def keygen(*, cn: str, folder: Path, with_ca: bool, days: int) -> None:
    """Make a P-256 key and a certificate for the common name CN.

    Writes key.pem (keep it secret) and chain.pem; with --ca also ca.pem and ca-key.pem. Whoever is to trust the
    signer puts chain.pem (with --ca: ca.pem) into a store of the trust folder, as x509/ca/<store>/.

    \b
    Example:
      sigclaims keygen registry.wabbit-networks.io --output keys/wabbit-networks
    """
    now = clock.now()
    root = issue.ca(f"{cn} CA", now, days) if with_ca else None
    signer = issue.leaf(cn, root, now, days) if root else issue.self_signed(cn, now, days)
    files = {folder / KEY: (signer.key_pem(), 0o600), folder / CHAIN: (signer.certificate_pem(), 0o644)}
    if root:
        files |= {folder / CA_KEY: (root.key_pem(), 0o600), folder / CA: (root.certificate_pem(), 0o644)}
    writing.create(files)
    for path in files:
        output.note(f"wrote {path}")
