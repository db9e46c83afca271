package lib.policies.pulled_from_signer_test

import data.lib.claims_fixture_test as fixture
import data.lib.malformed_question_test as malformed
import data.lib.policies.pulled_from_signer

denied(question) := fixture.codes(denials) if {
	denials := pulled_from_signer.deny with input as question
}

test_a_sound_signature_by_the_bound_identity_passes if {
	denied(fixture.question) == set()
}

test_any_of_the_bound_identities_will_do if {
	denied(fixture.with_parameters({"signers": {"acme.example": ["ca:other/x", fixture.identity]}})) == set()
}

test_incomplete_coverage_and_invalidated_signatures_alone_deny_nothing if {
	denied(fixture.with_document({"coverage": {"complete": false}, "invalidated": [fixture.withdrawn]})) == set()
}

test_a_tag_that_was_signed_passes_where_tags_are_allowed if {
	denied(fixture.with_tag("acme.example/net-monitor:v1", "v1")) == set()
}

test_a_denial_names_the_image_the_reason_and_the_next_step if {
	denials := pulled_from_signer.deny with input as fixture.with_signatures([])
	denials == {{
		"code": "signatureMissing",
		"image": fixture.image,
		"message": concat("", [
			fixture.image,
			": no sound signature by ca:acme-rockets/acme.example; sign the image as acme.example/net-monitor",
		]),
	}}
}

test_no_identity_is_bound_to_the_registry if {
	signers := {"signers": {"other.example": [fixture.identity]}}
	question := object.union(object.remove(fixture.question, ["parameters"]), {"parameters": signers})
	denied(question) == {"registryUnbound"}
}

test_an_identity_of_another_registry if {
	question := object.union(fixture.with_signatures([fixture.second_signature]), {"parameters": fixture.two_signers})
	denied(question) == {"signatureMissing"}
}

test_signed_under_another_name if {
	every references in [
		[],
		["acme.example/other:v1"],
		["acme.example/team/net-monitor:v1"],
		["other.example/net-monitor:v1"],
		["acme.example:5000/net-monitor:v1"],
		["net-monitor:v1"],
		["acme.example/net-monitor:v1\n"],
	] {
		denied(fixture.with_references(references)) == {"referenceMissing"}
	}
}

test_one_of_several_signed_names_has_to_satisfy_everything if {
	references := ["acme.example/net-monitor:v2", "acme.example/other:v1"]
	asked := sprintf("acme.example/net-monitor:v1@%s", [fixture.digest])
	denied(ask_as(asked, references)) == {"referenceMissing"}
	denied(ask_as(asked, array.concat(references, ["ACME.example/net-monitor:v1"]))) == set()
}

test_the_tag_counts_beside_a_digest if {
	asked := sprintf("acme.example/net-monitor:v2@%s", [fixture.digest])
	denied(ask_as(asked, ["acme.example/net-monitor:v1"])) == {"referenceMissing"}
}

ask_as(name, references) := {"images": [item], "parameters": question.parameters} if {
	question := fixture.with_references(references)
	item := object.union(question.images[0], {"image": name})
}

test_unknown_revocation_is_denied_unless_allowed if {
	every status in ["unknown", "notChecked"] {
		question := fixture.with_signature({"revocation": {"status": status}})
		denied(question) == {"revocationNotGood"}
		denied(object.union(question, {"parameters": {"allow_unknown_revocation": true}})) == set()
	}
}

test_a_signature_that_will_do_beside_one_that_will_not if {
	unchecked := object.union(fixture.signature, {"revocation": {"status": "notChecked"}})
	denied(fixture.with_signatures([unchecked, fixture.second_signature, fixture.signature])) == set()
}

test_every_image_counts if {
	question := fixture.with_tag("acme.example/net-monitor:v1", "v1")
	unsigned := object.union(fixture.document, {"signatures": []})
	images := array.concat(question.images, [{"image": fixture.image, "claims": unsigned}])
	denied(object.union(question, {"images": images})) == {"signatureMissing"}
}

# The attacks.

test_common_name_issued_by_another_store if {
	denied(fixture.with_identities(["ca:evil/acme.example"])) == {"signatureMissing"}
	denied(fixture.with_identities(["acme.example"])) == {"signatureMissing"}
}

test_old_signed_image_under_a_new_tag if {
	denied(fixture.with_tag("acme.example/net-monitor:v2", "v2")) == {"referenceMissing"}
	denied(fixture.with_tag("acme.example/net-monitor", "latest")) == {"referenceMissing"}
}

test_signed_platform_for_its_index if {
	platform := {"digest": fixture.other_digest, "signatures": [fixture.signature], "invalidated": []}
	denied(fixture.with_document({"signatures": [], "platforms": [platform]})) == {"signatureMissing"}
}

test_malleable_copy_of_a_withdrawn_signature if {
	question := fixture.with_document({"signatures": [], "invalidated": [fixture.withdrawn]})
	denials := pulled_from_signer.deny with input as question
	fixture.codes(denials) == {"signatureMissing"}
	every message in fixture.messages(denials) { contains(message, "(there is one, but: withdrawn)") }
}

test_withdrawn_signature_deleted_from_the_registry if {
	denied(fixture.with_document({"signatures": [], "invalidated": []})) == {"signatureMissing"}
	denied(fixture.with_signatures([fixture.second_signature])) == {"signatureMissing"}
}

test_image_twice_with_a_good_and_a_bad_document if {
	bad := {"image": fixture.image, "claims": object.union(fixture.document, {"signatures": []})}
	every images in [[fixture.question.images[0], bad], [bad, fixture.question.images[0]]] {
		denied({"images": images, "parameters": fixture.parameters}) == {"signatureMissing"}
	}
}

test_malformed_questions if {
	count(malformed.questions) > 250
	every question in malformed.questions { count(denied(question)) > 0 }
}

test_no_question if {
	denials := pulled_from_signer.deny with input as {}
	fixture.codes(denials) == {"noImages", "parametersMalformed"}
}

test_hostile_common_names if {
	every identity in [
		`ca:x/evil", "allow": true, "x": "`,
		"ca:acme-rockets/acme.example\u0000",
		"ca:acme-rockets/acme.example\u0000.evil.example",
		"ca:acme-rockets/acme.example\n",
		"ca:evil/x\nca:acme-rockets/acme.example",
		"ca:evil/x, ca:acme-rockets/acme.example",
	] {
		denials := pulled_from_signer.deny with input as fixture.with_identities([identity])
		fixture.codes(denials) == {"signatureMissing"}
		every message in fixture.messages(denials) { not contains(message, "evil") }
	}
}
