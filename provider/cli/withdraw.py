"""`sigclaims withdraw`: an entry in the operator's list of what no longer counts."""

from pathlib import Path

import click
import msgspec

from provider import certificate, digest, envelopes, instant, trust, withdrawals, writing
from provider.cli import inputs, output
from provider.envelopes import MAX_ENVELOPE
from provider.errors import Refused, Rejected
from provider.reading import exists, read
from provider.withdrawals import SignatureName, Withdrawal, Withdrawals, WithdrawalsFile

_MAX_PEM = 1024 * 1024


@click.command()
@click.option("--withdrawals", "file", type=Path, required=True, metavar="FILE", help="The list; made if absent.")
@click.option("--signature", type=Path, metavar="FILE", help="Withdraw this one signature, given its envelope.")
@click.option("--trust", "folder", type=Path, metavar="DIR", help="The trust folder, for an envelope that has a kid.")
@click.option("--public-key", metavar="SHA256", help="Withdraw a key: sha256:… of its SPKI.")
@click.option("--certificate", "pem", metavar="FILE|SHA256", help="Withdraw a certificate: PEM, or sha256:…")
@click.option("--identity", metavar="ID", help="Withdraw an identity, as ca:<store>/<CN>.")
@click.option("--reason", required=True, metavar="TEXT", help="Why; it stands in documents.")
@click.option("--since", metavar="RFC3339", help="From when on; now if not given.")
@output.report_option
def withdraw(
    *,
    file: Path,
    signature: Path | None,
    folder: Path | None,
    public_key: str | None,
    pem: str | None,
    identity: str | None,
    reason: str,
    since: str | None,
    form: str,
) -> None:
    """Withdraw a signature, a key, a certificate or an identity: it is then stated as invalidated.

    \b
    Example:
      sigclaims withdraw --withdrawals withdrawals.json --signature net-monitor.jwt --reason "key leaked"
    """
    if [signature, public_key, pem, identity].count(None) != 3:
        raise click.UsageError("withdraw one of --signature, --public-key, --certificate and --identity")
    entry = Withdrawal(
        reason=reason,
        since=instant.text(inputs.moment(since)),
        signature=_signature(signature, folder) if signature else None,
        public_key=public_key,
        certificate=_fingerprint(pem) if pem else None,
        identity=identity,
    )
    with writing.locked(file.parent):
        listed = withdrawals.parse(read(file, withdrawals.MAX_BYTES), str(file)) if exists(file) else Withdrawals()
        content = WithdrawalsFile(version="1", withdrawals=(*listed.entries, entry))
        data = msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n"
        withdrawals.parse(data, "the new withdrawal")
        writing.replace(file, data)
    said = f"{file}: withdrawals: {len(content.withdrawals)}, the new one since {entry.since}"
    output.report(form, said, withdrawals=len(content.withdrawals), added=entry)


def _signature(path: Path, folder: Path | None) -> SignatureName:
    try:
        data = read(path, MAX_ENVELOPE)
        envelope = envelopes.recognise(data, None).parse(data)
    except Rejected as rejection:
        raise Refused("withdrawals_invalid", f"{path}: {rejection.message}") from rejection
    keys = {one.key.spki_digest for one in envelope.certificates[:1] if one.key}
    if not keys and envelope.key_id and folder:
        keys = {entry.key.spki_digest for entry in trust.load(folder).by_key_name.get(envelope.key_id, ())}
    if len(keys) != 1:
        why = f"{path}: names its key by kid {envelope.key_id!r}; pass the --trust folder that holds exactly that one"
        raise Refused("withdrawals_invalid", why)
    return SignatureName(public_key=keys.pop(), statement=digest.sha256(envelope.signed))


def _fingerprint(text: str) -> str:
    if digest.is_digest(text):
        return text
    data = read(Path(text), _MAX_PEM)
    try:
        return certificate.load_pem(data).fingerprint
    except Rejected as error:
        raise Refused("withdrawals_invalid", f"{text}: is no PEM certificate") from error
