"""Every error that this program reports, in one tree and one table.

    SigclaimsError                    anything that we raise on purpose; carries a code out of CODES
    ├── Rejected                      "wrong": an envelope failed a check; it becomes a rejection in the document
    ├── Unavailable                   "could not find out": a source or an engine failed; trying again may help
    └── Refused                       the caller's own input: settings, files, references, policies, options

A code is a stable name in snake_case. It is written into `CODES` before it is used anywhere, with what it means and
what to do about it; the table in `docs/errors.md` is compared with this one by a test. Neither "wrong" nor "could not
find out" ever counts as passed.
"""

from dataclasses import dataclass
from typing import Final, Literal

from provider.claims import CheckName

Family = Literal["rejected", "unavailable", "refused"]


@dataclass(frozen=True, slots=True)
class Code:
    """One row of the table: the family, the HTTP status where the code can end a request, the meaning, the remedy."""

    family: Family
    status: int | None
    meaning: str
    remedy: str


def _rejected(meaning: str, remedy: str) -> Code:
    return Code("rejected", None, meaning, remedy)


def _unavailable(meaning: str, remedy: str, status: int | None = None) -> Code:
    return Code("unavailable", status, meaning, remedy)


def _refused(meaning: str, remedy: str, status: int | None = None) -> Code:
    return Code("refused", status, meaning, remedy)


CODES: Final[dict[str, Code]] = {
    # An envelope that failed a check.
    "envelope_too_large": _rejected(
        "The envelope is larger than 1 MiB.", "A signature is a few kilobytes: replace it."
    ),
    "unknown_format": _rejected("The bytes are of no signature format that is read.", "See the formats in the README."),
    "malformed_envelope": _rejected("The envelope, its header or its claims break the format's rules.", "Sign again."),
    "algorithm_not_allowed": _rejected("The algorithm is not one that the signing key may have.", "Sign again."),
    "signature_invalid": _rejected("The signature does not hold over the signed bytes.", "Sign again."),
    "subject_media_type": _rejected("The signed media type is not the manifest's.", "Sign the manifest as it is."),
    "subject_digest": _rejected("The signed digest is not the manifest's.", "Find the image that was signed."),
    "subject_size": _rejected("The signed size is not the manifest's.", "Sign the manifest as it is."),
    "certificate_malformed": _rejected("A certificate of the envelope cannot be read.", "Sign with another chain."),
    "certificate_profile": _rejected("A certificate may not be used so (key, usages, CN).", "Issue it by the profile."),
    "chain_broken": _rejected(
        "A certificate of the chain is not issued by the next one.", "Sign with the whole chain."
    ),
    "untrusted": _rejected("No trust store anchors the signer's chain.", "Add the CA to a store, if you trust it."),
    "unknown_key": _rejected("No key store holds the key that the signature names.", "Add the key, if you trust it."),
    "ambiguous_key": _rejected("The key stores hold several keys under the name.", "Give each key a name of its own."),
    "key_mismatch": _rejected("The named key is not that of the certificate beside it.", "Sign again."),
    "reference_mismatch": _rejected("A signed reference lies outside the certificate's names.", "Sign for own names."),
    # What could not be found out.
    "manifest_unknown": _unavailable("No source knows the image.", "Check the name, and that it has been pushed."),
    "source_failed": _unavailable("A source did not answer, or answered with broken data.", "See the source's logs."),
    "registry_failed": _unavailable("The image's digest could not be learnt: sources failed.", "Try again later.", 502),
    "blob_unavailable": _unavailable("A manifest or signature in a source is missing or broken.", "Repair the source."),
    "limit_reached": _unavailable("There is more in a source than is read for one image.", "Remove what is junk."),
    "document_truncated": _unavailable("Entries were left out to stay within 64 KiB.", "Remove what is junk."),
    "trust_unusable": _unavailable(
        "The trust folder on disk cannot be used as it is now.", "See the log, mend it.", 503
    ),
    "engine_failed": _unavailable(
        "The policy engine gave no usable answer.", "See the message; no answer is a denial."
    ),
    "internal_error": _unavailable("The service failed in a way that it should not.", "Report it with requestId.", 500),
    # What the caller gave.
    "reference_malformed": _refused("The image name is not a valid reference.", "Write host/repository@digest.", 400),
    "request_malformed": _refused("The request is not one of this interface.", "See docs/http.md.", 400),
    "registry_not_allowed": _refused("No source is configured for the image's repository.", "Configure one.", 403),
    "not_found": _refused("There is nothing at this path.", "See docs/http.md.", 404),
    "method_not_allowed": _refused("The path does not take this method.", "See docs/http.md.", 405),
    "request_too_large": _refused("The request's body is larger than 256 KiB.", "Ask for fewer images.", 413),
    "media_type_unsupported": _refused("The request's body is not JSON.", "Send application/json.", 415),
    "setting_unknown": _refused("A setting has a name that does not exist.", "Use the name that is suggested."),
    "setting_invalid": _refused("A setting has a value that it cannot have.", "See docs/settings.md."),
    "file_unreadable": _refused("A file or folder cannot be read.", "Check the path and its permissions."),
    "file_unwritable": _refused("A file or folder cannot be written.", "Check the path and its permissions."),
    "file_exists": _refused("A file is in the way and would be overwritten.", "Move it, or choose another name."),
    "file_too_large": _refused("A file is larger than it may be.", "Check that it is the right file."),
    "manifest_invalid": _refused("The manifest is not a JSON object.", "Pass the manifest's exact bytes."),
    "media_type_unknown": _refused("The media type is that of no known format, or is missing.", "Pass the right one."),
    "trust_invalid": _refused("The trust folder is not laid out as it should be.", "See docs/concepts.md."),
    "withdrawals_invalid": _refused("The withdrawals file breaks its format.", "See docs/concepts.md."),
    "time_invalid": _refused("The time is not RFC 3339.", "Write 2026-12-01T00:00:00Z."),
    "key_invalid": _refused("The private key cannot be used to sign.", "Use RSA, a NIST curve or Ed25519."),
    "sign_refused": _refused("A verifier would refuse the signature that was asked for.", "Mend what is named."),
    "layout_invalid": _refused("The folder is not an OCI image layout.", "Make one with skopeo or crane."),
    "policy_invalid": _refused("The policy cannot be loaded.", "Mend the place that is named."),
    "policy_unsupported": _refused("The policy needs what the embedded engine lacks.", "Use --engine opa."),
    "question_invalid": _refused("The question or its claims cannot be read.", "See docs/policies.md."),
    "engine_missing": _refused("The engine is not installed.", "Install OPA, or sigclaims with the extra embedded."),
    "address_in_use": _refused("Something listens on the address already.", "Stop it, or set http.listen to another."),
    "bind_refused": _refused("The service listens beyond loopback without TLS.", "Listen on 127.0.0.1 or [::1]."),
}


class SigclaimsError(Exception):
    """The root of the tree.

    `code` is a key of `CODES`, `message` a sentence that says what failed and where. An error that ends a request
    or a command is shown with the remedy of its code.
    """

    family: Family

    def __init__(self, code: str, message: str) -> None:
        row = CODES[code]
        if row.family != self.family:
            raise AssertionError(f"{code} is of the family {row.family}, not {self.family}")
        super().__init__(message)
        self.code = code
        self.message = message

    @property
    def remedy(self) -> str:
        """What the person who reads the error can do."""
        return CODES[self.code].remedy

    @property
    def status(self) -> int:
        """The HTTP status of a request that ends with this error."""
        return CODES[self.code].status or 500


class Rejected(SigclaimsError):
    """An envelope failed `check`. Nothing that it claims may be shown."""

    family: Family = "rejected"

    def __init__(self, code: str, check: CheckName, message: str) -> None:
        super().__init__(code, message)
        self.check: CheckName = check


class Unavailable(SigclaimsError):
    """Something could not be found out; `retryable` says whether the same call may succeed later."""

    family: Family = "unavailable"

    def __init__(self, code: str, message: str, *, retryable: bool = True) -> None:
        super().__init__(code, message)
        self.retryable = retryable

    def again(self) -> "Unavailable":
        """The same error anew, without the frames (and what they hold) of where it was raised first."""
        return Unavailable(self.code, self.message, retryable=self.retryable)


class Refused(SigclaimsError):
    """What the caller gave cannot be used."""

    family: Family = "refused"
