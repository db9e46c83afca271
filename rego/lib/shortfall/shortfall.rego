# METADATA
# title: Shortfall
# description: >-
#   Says what a signature that a policy asked for falls short of, once the policy has found that it is not there. Nothing
#   is decided here, and there is always an answer.
package lib.shortfall

import data.lib.claims

# METADATA
# title: What a document lacks for a signature by one of some identities
# description: >-
#   {code, message}. wanted says which signed name would do, and stands after "sign the image". The message holds the
#   image and the document's own enumerated words, but no text that a signer chose.
of(item, identities, wanted, allow_unknown) := {
	"code": "signatureMissing",
	"message": sprintf("%s: no sound signature by %s%s; sign the image %s", [
		item.image,
		concat(" or ", identities),
		invalidated(item.claims, identities),
		wanted,
	]),
} if {
	statuses(item.claims, identities) == set()
}

else := {
	"code": "revocationNotGood",
	"message": sprintf("%s: the revocation status of the signature by %s is %s; %s", [
		item.image,
		concat(" or ", identities),
		concat(", ", statuses(item.claims, identities)),
		"have revocation checked, or set allow_unknown_revocation to true",
	]),
} if {
	not acceptable(item.claims, identities, allow_unknown)
}

else := {
	"code": "referenceMissing",
	"message": sprintf("%s: signed by %s, but under another name; sign the image %s", [
		item.image,
		concat(" or ", identities),
		wanted,
	]),
}

statuses(document, identities) := {signature.revocation.status |
	some signature in document.signatures
	claims.is_one_of(signature.signer, identities)
}

acceptable(document, identities, allow_unknown) if {
	some status in statuses(document, identities)
	claims.is_revocation_acceptable(status, allow_unknown)
}

invalidated(document, identities) := sprintf(" (there is one, but: %s)", [concat(", ", reasons)]) if {
	reasons := {entry.reason |
		some signature in document.invalidated
		claims.is_one_of(signature.signer, identities)
		some entry in signature.reasons
	}
	reasons != set()
}

else := ""
