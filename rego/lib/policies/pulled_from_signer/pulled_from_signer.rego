# METADATA
# title: Pulled from its signer
# description: >-
#   Every image has a sound signature by an identity that is bound to the registry it is pulled from, under the very
#   repository, and under the very tag where it is asked for with one.
# schemas:
#   - input: schema.question
package lib.policies.pulled_from_signer

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
# title: Images without a signature by those they are pulled from
# description: "{code, image, message} for everything that is wrong; empty where nothing is."
# entrypoint: true
# labels:
#   id: sigclaims.pulled_from_signer
# schemas:
#   - input: schema.question
deny contains denial if some denial in question.denials(asked, given)

deny contains denial if some denial in objections

deny contains denial if {
	some item in asked
	not objections[item]
	not item in vouched_for
	denial := lacking(item)
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

# One signed name has to satisfy everything.
vouched_for contains item if {
	some item in asked
	not objections[item]
	name := names[item.image]
	some signature in item.claims.signatures
	claims.is_one_of(signature.signer, bound_to(name.registry))
	claims.is_acceptable(signature.revocation.status, allow_unknown_revocation)
	some reference in signature.claims.references
	image_name.is_name_of(image_name.parts(reference), name)
}

bindings := parameters.bindings(given)

bound_to(registry) := {identity | some [host, identity] in bindings; host == registry}

lacking(item) := {"code": "registryUnbound", "image": item.image, "message": message} if {
	bound_to(names[item.image].registry) == set()
	message := sprintf("%s: no identity is bound to its registry; bind the one that signs for it in signers", [item.image])
}

else := shortfall.of(item, bound_to(names[item.image].registry), wanted, allow_unknown_revocation) if {
	wanted := sprintf("as %s", [image_name.to_sign(names[item.image])])
}
