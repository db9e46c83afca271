# METADATA
# title: Required signers
# description: >-
#   Every image has a sound signature by each required identity, under a name in a registry that the identity is bound
#   to. Each needs a key of its own: one signature never stands for two signers.
# schemas:
#   - input: schema.question
package lib.policies.required_signers

import data.lib.claims
import data.lib.parameters
import data.lib.question
import data.lib.shortfall

default asked := []

asked := input.images if question.asks_for_images(input.images)

default given := {"signers": {}}

given := input.parameters if parameters.are_well_formed(input.parameters)

allow_unknown_revocation := parameters.flag(given, "allow_unknown_revocation")

# METADATA
# scope: document
# title: Images without the signature of a required signer
# description: "{code, image, message} for everything that is wrong; empty where nothing is."
# entrypoint: true
# labels:
#   id: sigclaims.required_signers
# schemas:
#   - input: schema.question
deny contains denial if some denial in question.denials(asked, given)

deny contains {"code": "requiredSignersMalformed", "image": "", "message": message} if {
	required == set()
	given.signers != {}
	message := "required_signers is malformed; leave it out, or list identities that are bound in signers"
}

deny contains object.union(lacking(item, identity), {"image": item.image}) if {
	some item in answerable
	some identity in required
	not [item, identity] in vouched_for
}

# Nobody is required where the list is malformed, and that is denied: it would let everything pass.
default required := set()

required := identities if {
	bound := [identity | some registry; some identity in given.signers[registry]]
	listed := object.get(given, "required_signers", bound)
	parameters.are_identities(listed)
	identities := {identity | some identity in listed}
	every identity in identities { identity in bound }
}

# The images whose signatures can be looked at. All others are denied by question.denials.
answerable contains item if {
	some item in asked
	not question.objection(item, given)
}

# The keys that made a signature that will do for a required identity.
keys contains [item, identity, signature.signer.publicKey] if {
	some item in answerable
	some identity in required
	some signature in item.claims.signatures
	claims.is_one_of(signature.signer, {identity})
	claims.is_revocation_acceptable(signature.revocation.status, allow_unknown_revocation)
	some reference in signature.claims.references
	claims.image_name(reference).registry in parameters.registries_of(given.signers, identity)
}

signed contains [item, identity] if some [item, identity, _] in keys

# A key can have several identities: one for each trust store that anchors it. It counts where it is no other's.
vouched_for contains [item, identity] if {
	some [item, identity, key] in keys
	count({other | some other in required; [item, other, key] in keys}) == 1
}

lacking(item, identity) := {"code": "keyNotDistinct", "message": message} if {
	[item, identity] in signed
	message := sprintf("%s: the key of %s is another required signer's too; have each sign with a key of its own", [
		item.image,
		identity,
	])
}

else := shortfall.of(item, {identity}, wanted, allow_unknown_revocation) if {
	wanted := sprintf("under a name in %s", [concat(" or ", parameters.registries_of(given.signers, identity))])
}
