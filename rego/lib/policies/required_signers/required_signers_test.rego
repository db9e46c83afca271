package lib.policies.required_signers_test

import data.lib.claims_fixture_test as fixture
import data.lib.malformed_question_test as malformed
import data.lib.policies.required_signers

denied(question) := fixture.codes(denials) if {
	denials := required_signers.deny with input as question
}

with_two_signers(signatures) := object.union(fixture.with_signatures(signatures), {"parameters": fixture.two_signers})

require(question, identities) := object.union(question, {"parameters": {"required_signers": identities}})

test_every_bound_identity_signed if {
	denied(fixture.question) == set()
	denied(with_two_signers([fixture.signature, fixture.second_signature])) == set()
}

test_incomplete_coverage_and_invalidated_signatures_alone_deny_nothing if {
	denied(fixture.with_document({"coverage": {"complete": false}, "invalidated": [fixture.withdrawn]})) == set()
}

test_a_tag_passes_where_tags_are_allowed if {
	denied(fixture.with_tag("acme.example/net-monitor:v1", "v1")) == set()
}

test_one_bound_identity_did_not_sign if {
	denials := required_signers.deny with input as with_two_signers([fixture.signature])
	denials == {{
		"code": "signatureMissing",
		"image": fixture.image,
		"message": concat("", [
			fixture.image,
			": no sound signature by ca:wabbit-networks/wabbit.example;",
			" sign the image under a name in wabbit.example",
		]),
	}}
}

test_required_signers_narrows_to_some if {
	question := with_two_signers([fixture.signature])
	denied(require(question, [fixture.identity])) == set()
	denied(require(question, [fixture.second_identity])) == {"signatureMissing"}
	denied(require(question, [fixture.identity, fixture.second_identity])) == {"signatureMissing"}
}

test_malformed_required_signers if {
	every listed in [
		null,
		true,
		"text",
		fixture.identity,
		[],
		{},
		{fixture.identity: true},
		[null],
		[""],
		["acme.example"],
		["ca:nobody/bound"],
		[fixture.identity, "ca:nobody/bound"],
		[fixture.identity, null],
	] {
		denied(require(fixture.question, listed)) == {"requiredSignersMalformed"}
	}
}

test_signed_under_a_name_of_another_registry if {
	every references in [
		[],
		["other.example/net-monitor:v1"],
		["acme.example:5000/net-monitor:v1"],
		["net-monitor:v1"],
		["acme.example/net-monitor:v1\n"],
	] {
		denied(fixture.with_references(references)) == {"referenceMissing"}
	}
}

test_any_repository_of_the_registry_will_do if {
	denied(fixture.with_references(["ACME.example/team/other"])) == set()
}

test_any_registry_that_the_identity_is_bound_to_will_do if {
	signers := {"acme.example": [fixture.identity], "mirror.example": [fixture.identity]}
	question := object.union(fixture.with_references(["mirror.example/x:v1"]), {"parameters": {"signers": signers}})
	denied(question) == set()
}

test_the_registry_of_another_identity_will_not_do if {
	misnamed := object.union(fixture.signature, {"claims": {"references": ["wabbit.example/net-monitor:v1"]}})
	denied(with_two_signers([misnamed, fixture.second_signature])) == {"referenceMissing"}
}

test_unknown_revocation_is_denied_unless_allowed if {
	every status in ["unknown", "notChecked"] {
		question := fixture.with_signature({"revocation": {"status": status}})
		denied(question) == {"revocationNotGood"}
		denied(object.union(question, {"parameters": {"allow_unknown_revocation": true}})) == set()
	}
}

# The attacks.

test_common_name_issued_by_another_store if {
	denied(fixture.with_identities(["ca:evil/acme.example"])) == {"signatureMissing"}
	denied(fixture.with_identities(["acme.example"])) == {"signatureMissing"}
}

test_claims_of_a_tag_under_another_tag if {
	question := fixture.with_tag("acme.example/net-monitor:v1", "v1")
	images := [object.union(question.images[0], {"image": "acme.example/net-monitor:v2"})]
	denied(object.union(question, {"images": images})) == {"subjectMismatch"}
}

test_signed_platform_for_its_index if {
	platform := {"digest": fixture.other_digest, "signatures": [fixture.signature], "invalidated": []}
	denied(fixture.with_document({"signatures": [], "platforms": [platform]})) == {"signatureMissing"}
}

test_malleable_copy_of_a_withdrawn_signature if {
	question := fixture.with_document({"signatures": [], "invalidated": [fixture.withdrawn]})
	denials := required_signers.deny with input as question
	fixture.codes(denials) == {"signatureMissing"}
	every message in fixture.messages(denials) { contains(message, "(there is one, but: withdrawn)") }
}

test_withdrawn_signature_deleted_from_the_registry if {
	denied(fixture.with_document({"signatures": [], "invalidated": []})) == {"signatureMissing"}
	denied(with_two_signers([fixture.second_signature])) == {"signatureMissing"}
}

test_one_signature_twice_for_two_signers if {
	denied(with_two_signers([fixture.signature, fixture.signature])) == {"signatureMissing"}
}

test_one_signature_with_both_identities_for_two_signers if {
	both := object.union(fixture.signature, {
		"signer": {"identities": [fixture.identity, fixture.second_identity]},
		"claims": {"references": ["acme.example/net-monitor:v1", "wabbit.example/net-monitor:v1"]},
	})
	denials := required_signers.deny with input as with_two_signers([both])
	fixture.codes(denials) == {"keyNotDistinct"}
	fixture.messages(denials) == {message |
		some identity in [fixture.identity, fixture.second_identity]
		message := concat("", [
			fixture.image,
			": the key of ",
			identity,
			" is another required signer's too; have each sign with a key of its own",
		])
	}
}

test_one_key_under_two_certificates_for_two_signers if {
	same_key := object.union(fixture.second_signature, {"signer": {"publicKey": fixture.signature.signer.publicKey}})
	denied(with_two_signers([fixture.signature, same_key])) == {"keyNotDistinct"}
	denied(with_two_signers([fixture.signature, same_key, fixture.second_signature])) == {"keyNotDistinct"}
	own_key := object.union(fixture.signature, {"signer": {"publicKey": "sha256:3"}})
	denied(with_two_signers([own_key, fixture.signature, same_key, fixture.second_signature])) == set()
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
	denied({}) == {"noImages", "parametersMalformed"}
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
		denials := required_signers.deny with input as fixture.with_identities([identity])
		fixture.codes(denials) == {"signatureMissing"}
		every message in fixture.messages(denials) { not contains(message, "evil") }
	}
}
