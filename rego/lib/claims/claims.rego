# METADATA
# title: Claims
# description: >-
#   The parts of one claims document. Who signed is the pair of trust store and common name, as it stands in
#   signer.identities: any CA can issue any common name, so that nothing here takes a common name alone.
package lib.claims

# METADATA
# title: Whether a value is a claims document of version 1
# description: >-
#   The shape of every field that the policies read. It comes before any other use of a document: past it, no such field
#   is missing or of another type. What the policies do not read (coverage, platforms, rejected, …) is left alone.
is_document(value) if {
	value.version == "1"
	is_subject(value.subject)
	is_array(value.signatures)
	every signature in value.signatures { is_signature(signature) }
	is_array(value.invalidated)
	every entry in value.invalidated { is_invalidated(entry) }
}

is_subject(value) if {
	is_string_or_null(value.reference)
	is_string_or_null(value.registry)
	is_string_or_null(value.repository)
	is_string_or_null(value.tag)
	is_digest_or_null(value.digest)
}

is_signature(value) if {
	is_string(value.signer.publicKey)
	is_array_of_strings(value.signer.identities)
	is_digest(value.claims.digest)
	is_array_of_strings(value.claims.references)
	value.revocation.status in {"good", "revoked", "unknown", "notChecked", "notApplicable"}
}

# Of what does not count, only who signed it and why it does not count are read: for the message.
is_invalidated(value) if {
	is_array_of_strings(value.signer.identities)
	is_array(value.reasons)
	every entry in value.reasons { entry.reason in invalidating_reasons }
}

invalidating_reasons := {
	"expired",
	"notYetValid",
	"certificateExpired",
	"certificateNotYetValid",
	"revoked",
	"withdrawn",
}

is_digest(value) if {
	is_string(value)
	digest_algorithm(value) in {"sha256", "sha512"}
}

is_digest_or_null(value) if value == null

is_digest_or_null(value) if is_digest(value)

is_string_or_null(value) if value == null

is_string_or_null(value) if is_string(value)

is_array_of_strings(value) if {
	is_array(value)
	every item in value { is_string(item) }
}

# METADATA
# title: Whether a signed digest is the subject's
# description: A manifest has a digest for each algorithm. Those of different algorithms cannot be compared, and pass.
is_digest_of(signed, subject) if signed.digest == subject.digest

is_digest_of(signed, subject) if digest_algorithm(signed.digest) != digest_algorithm(subject.digest)

digest_algorithm(digest) := split(digest, ":")[0]

# METADATA
# title: Whether a text is an identity
# description: type:store/CN. A common name without its trust store identifies nobody.
is_identity(text) if {
	is_string(text)
	regex.match(`^(?:ca|signingAuthority|keys):[A-Za-z0-9_.-]+/.`, text)
}

# METADATA
# title: Whether a signer is one of some identities
# description: Identities are compared whole, byte for byte.
is_one_of(signer, identities) if {
	some identity in identities
	identity in signer.identities
}

# METADATA
# title: Whether a revocation status will do
# description: What is unknown, or was not looked for, will do only where allow_unknown is true.
is_acceptable(status, _) if status in {"good", "notApplicable"}

is_acceptable(status, allow_unknown) if {
	allow_unknown == true
	status in {"unknown", "notChecked"}
}
