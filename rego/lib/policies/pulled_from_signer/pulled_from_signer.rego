# METADATA
# title: Pulled from its signer
# description: >-
#   Every image has a sound signature by an identity that is bound to the registry it is pulled from, under the very
#   repository, and under the very tag where it is asked for with one.
# schemas:
#   - input: schema.question
package lib.policies.pulled_from_signer

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
# title: Images without a signature by those they are pulled from
# description: "{code, image, message} for everything that is wrong; empty where nothing is."
# entrypoint: true
# labels:
#   id: sigclaims.pulled_from_signer
# schemas:
#   - input: schema.question
deny contains denial if some denial in question.denials(asked, given)

deny contains {"code": "registryUnbound", "image": item.image, "message": message} if {
	some item in answerable
	bound_identities(item.image) == set()
	message := sprintf("%s: no identity is bound to its registry; bind the one that signs for it in signers", [item.image])
}

deny contains object.union(lacking, {"image": item.image}) if {
	some item in answerable
	identities := bound_identities(item.image)
	identities != set()
	not item in vouched_for
	wanted := sprintf("as %s", [claims.name_to_sign(claims.image_name(item.image))])
	lacking := shortfall.of(item, identities, wanted, allow_unknown_revocation)
}

# The images whose signatures can be looked at. All others are denied by question.denials.
answerable contains item if {
	some item in asked
	not question.objection(item, given)
}

# One signed name has to satisfy everything: the repository and the tag of two names would be those of no image.
vouched_for contains item if {
	some item in answerable
	name := claims.image_name(item.image)
	some signature in item.claims.signatures
	claims.is_one_of(signature.signer, bound_identities(item.image))
	claims.is_revocation_acceptable(signature.revocation.status, allow_unknown_revocation)
	some reference in signature.claims.references
	signed_name := claims.image_name(reference)
	claims.in_same_repository(signed_name, name)
	claims.has_asked_tag(signed_name, claims.asked_tag(name))
}

bound_identities(image) := parameters.identities_of(given.signers, claims.image_name(image).registry)
