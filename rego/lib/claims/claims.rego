# METADATA
# title: Claims
# description: >-
#   Image names, and the parts of one claims document. Who signed is always the pair of trust store and common name, as
#   it stands in signer.identities: any CA can issue any common name, so no function here takes a common name alone.
#   A document is first put to is_document; the other functions take its parts as that left them.
package lib.claims

# A host here has a '.' or a ':' or is localhost: that is what tells it from the first part of a path.
host_label := `[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?`

host_labels := sprintf(`%s(?:\.%s)`, [host_label, host_label])

host := sprintf(`(?:%s+|%s*:[0-9]+|\[[0-9A-Fa-f:]+\](?::[0-9]+)?|localhost)`, [host_labels, host_labels])

path_part := `[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*`

path := sprintf(`%s(?:/%s)*`, [path_part, path_part])

tag := `[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}`

digest := `sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}`

image_name_pattern := sprintf(`^(?:(%s)/)?(%s)(?::(%s))?(?:@(%s))?$`, [host, path, tag, digest])

# METADATA
# title: The parts of an image name
# description: >-
#   {registry, repository, tag, digest}, each null where the name has none, and undefined where the text is no image name
#   by the distribution project's grammar. Normalised as containerd does, so that two names of one repository have equal
#   parts: hosts in lower case, index.docker.io is docker.io, and docker.io/x is docker.io/library/x.
image_name(text) := {
	"registry": registry_name,
	"repository": repository_name(registry_name, path_text),
	"tag": null_if_empty(tag_text),
	"digest": null_if_empty(digest_text),
} if {
	is_string(text)
	some [_, host_text, path_text, tag_text, digest_text] in regex.find_all_string_submatch_n(image_name_pattern, text, 1)
	registry_name := null_if_empty(normalised_host(host_text))
}

# METADATA
# title: A registry by its normalised host
# description: Undefined where the text is no host that can stand in a qualified image name.
registry(text) := normalised_host(text) if regex.match(sprintf("^%s$", [host]), text)

normalised_host(text) := "docker.io" if lower(text) == "index.docker.io"

else := lower(text)

repository_name(registry_name, path_text) := concat("/", ["library", path_text]) if {
	registry_name == "docker.io"
	not contains(path_text, "/")
}

else := path_text

null_if_empty(text) := text if text != ""

else := null

# METADATA
# title: The tag that an image name asks for
# description: The name's own, also beside a digest; latest for a bare name; null for a name with a digest alone.
asked_tag(name) := name.tag if name.tag != null

else := "latest" if name.digest == null

else := null

# METADATA
# title: The name to sign for what an image name asks for
# description: registry/repository, with the tag that is asked for; without a digest, which the signature has itself.
name_to_sign(name) := sprintf("%s/%s", [name.registry, name.repository]) if asked_tag(name) == null

else := sprintf("%s/%s:%s", [name.registry, name.repository, asked_tag(name)])

# METADATA
# title: Whether two names are of one repository
# description: Both as image_name gives them.
in_same_repository(one, other) if {
	one.registry == other.registry
	one.repository == other.repository
}

# METADATA
# title: Whether a signed name has the tag that was asked for
# description: Any signed name has, where no tag was asked for. A signed name without a tag says nothing about a tag.
has_asked_tag(_, wanted) if wanted == null

has_asked_tag(signed_name, wanted) if signed_name.tag == wanted

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
is_revocation_acceptable(status, _) if status in {"good", "notApplicable"}

is_revocation_acceptable(status, true) if status in {"unknown", "notChecked"}

# METADATA
# title: Whether a signed digest is the subject's
# description: One manifest has a digest for each algorithm, and two of different algorithms cannot be compared.
is_digest_of_subject(signed_digest, subject_digest) if signed_digest == subject_digest

is_digest_of_subject(signed_digest, subject_digest) if {
	split(signed_digest, ":")[0] != split(subject_digest, ":")[0]
}

# METADATA
# title: Whether a value is a claims document of version 1
# description: >-
#   The shape of every field that the policies read. It comes before any other use of a document: past it, no field that
#   is read is missing or of another type. What the policies do not read (coverage, platforms, rejected, …) is left alone.
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

is_invalidated(value) if {
	is_array_of_strings(value.signer.identities)
	is_array(value.reasons)
	every entry in value.reasons {
		entry.reason in {
			"expired",
			"notYetValid",
			"certificateExpired",
			"certificateNotYetValid",
			"revoked",
			"withdrawn",
		}
	}
}

is_digest(value) if {
	is_string(value)
	regex.match(sprintf("^(?:%s)$", [digest]), value)
}

is_digest_or_null(value) if value == null

is_digest_or_null(value) if is_digest(value)

is_string_or_null(value) if value == null

is_string_or_null(value) if is_string(value)

is_array_of_strings(value) if {
	is_array(value)
	every item in value { is_string(item) }
}
