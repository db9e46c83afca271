# METADATA
# title: Shortfall
# description: >-
#   Says what is missing for a signature that a policy asked for, once the policy has found that it is not there.
#   Nothing is decided here, and there is always an answer.
package lib.shortfall

import data.lib.claims

# METADATA
# title: What an item lacks for a signature by one of some identities
# description: >-
#   A denial. wanted says which signed name would do, and stands after "sign the image". The message holds the image,
#   the identities that were asked for and words that the document's format defines, but no text that a signer chose.
of(item, identities, wanted, allow_unknown) := {
	"code": code,
	"image": item.image,
	"message": sprintf("%s: %s", [item.image, messages[code]]),
} if {
	signers := concat(" or ", identities)
	statuses := revocation_statuses(item.claims, identities)
	code := shortfall_code(statuses, allow_unknown)
	messages := {
		"signatureMissing": sprintf("no sound signature by %s%s; sign the image %s", [
			signers,
			why_invalidated(item.claims, identities),
			wanted,
		]),
		"revocationNotGood": sprintf("the revocation status of the signature by %s is %s; %s", [
			signers,
			concat(", ", statuses),
			"have revocation checked, or set allow_unknown_revocation to true",
		]),
		"referenceMissing": sprintf("signed by %s, but under another name; sign the image %s", [signers, wanted]),
	}
}

shortfall_code(statuses, allow_unknown) := "referenceMissing" if {
	some status in statuses
	claims.is_acceptable(status, allow_unknown)
}

else := "signatureMissing" if statuses == set()

else := "revocationNotGood"

revocation_statuses(document, identities) := {signature.revocation.status |
	some signature in document.signatures
	claims.is_one_of(signature.signer, identities)
}

why_invalidated(document, identities) := sprintf(" (there is one, but: %s)", [concat(", ", reasons)]) if {
	reasons := {entry.reason |
		some signature in document.invalidated
		claims.is_one_of(signature.signer, identities)
		some entry in signature.reasons
	}
	reasons != set()
}

else := ""
