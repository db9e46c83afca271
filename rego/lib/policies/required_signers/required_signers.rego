# METADATA
# title: Required signers
# description: >-
#   Every image has a sound signature by each required identity, under a name in a registry that the identity is bound
#   to. Each needs a key of its own: one signature never stands for two signers.
# schemas:
#   - input: schema.question
package lib.policies.required_signers

import data.lib.claims
import data.lib.image_name
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

deny contains denial if some denial in objections

# Nobody required would let everything pass.
deny contains {"code": "requiredSignersMalformed", "image": "", "message": message} if {
	required == set()
	bindings != set()
	message := "required_signers is malformed; leave it out, or list identities that are bound in signers"
}

deny contains denial if {
	some item in asked
	not objections[item]
	some identity in required
	not [item, identity] in vouched_for
	denial := lacking(item, identity)
}

# An item to which there is an objection is denied for that alone. Every other item has a name and a sound document.
objections[item] := objection if {
	some item in asked
	objection := question.objection(item, names[item.image], given)
}

names[item.image] := name if {
	some item in asked
	name := image_name.parts(item.image)
}

bindings := parameters.bindings(given)

default required := set()

required := identities if {
	bound := [identity | some [_, identity] in bindings]
	listed := object.get(given, "required_signers", bound)
	parameters.are_identities(listed)
	identities := {identity | some identity in listed}
	every identity in identities { identity in bound }
}

# The keys that made a signature which will do for a required identity.
keys contains [item, identity, key] if {
	some item in asked
	not objections[item]
	some signature in item.claims.signatures
	claims.is_acceptable(signature.revocation.status, allow_unknown_revocation)
	some reference in signature.claims.references
	registry := image_name.parts(reference).registry
	some identity in signature.signer.identities
	identity in required
	[registry, identity] in bindings
	key := signature.signer.publicKey
}

signed contains [item, identity] if some [item, identity, _] in keys

# A key can have several identities: one for each trust store that anchors it. It counts where it is no other's.
vouched_for contains [item, identity] if {
	some [item, identity, key] in keys
	count({other | some other in required; [item, other, key] in keys}) == 1
}

lacking(item, identity) := {"code": "keyNotDistinct", "image": item.image, "message": message} if {
	[item, identity] in signed
	message := sprintf("%s: the key of %s is another required signer's too; have each sign with a key of its own", [
		item.image,
		identity,
	])
}

else := shortfall.of(item, {identity}, wanted, allow_unknown_revocation) if {
	registries := {registry | some [registry, bound] in bindings; bound == identity}
	wanted := sprintf("under a name in %s", [concat(" or ", registries)])
}
