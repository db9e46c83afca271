package lib.question_test

import data.lib.claims_fixture_test as fixture
import data.lib.image_name
import data.lib.question

good := fixture.question.images[0]

objection_code(item, given) := question.objection(item, image_name.parts(item.image), given).code

to_name(name) := objection_code({"image": name, "claims": fixture.document}, fixture.parameters)

to_claims(document) := objection_code({"image": fixture.image, "claims": document}, fixture.parameters)

to_tag(name, tag) := objection_code(asked.images[0], asked.parameters) if asked := fixture.with_tag(name, tag)

to_signed(digest) := objection_code(item, fixture.parameters) if {
	item := fixture.with_signature({"claims": {"digest": digest}}).images[0]
}

test_items_name_their_images if {
	question.asks_for_images([good])
	question.asks_for_images([good, {"image": ""}])
	every value in [null, "text", {}, {"image": "x"}, ["text"], [null], [{}], [[]], [good, {"image": null}]] {
		not question.asks_for_images(value)
	}
}

test_a_question_that_asks_nothing_is_denied if {
	fixture.codes(question.denials([], fixture.parameters)) == {"noImages"}
	fixture.codes(question.denials([good], {"signers": {}})) == {"parametersMalformed"}
	question.denials([good], fixture.parameters) == set()
}

test_no_objection_to_a_good_item if {
	not objection_code(good, fixture.parameters)
}

test_names if {
	to_name("") == "nameMalformed"
	to_name("acme.example/\"net\nmonitor\u0000") == "nameMalformed"
	to_name("net-monitor:v1") == "nameUnqualified"
	to_name(sprintf("library/net-monitor@%s", [fixture.digest])) == "nameUnqualified"
	to_name("acme.example/net-monitor:v1") == "nameUnpinned"
}

test_a_malformed_name_is_not_in_the_message if {
	objection := question.objection({"image": "\"\n\u0000"}, null, fixture.parameters)
	objection.image == "\"\n\u0000"
	objection.message == "the image name is malformed; write it as registry/repository@digest"
}

test_other_messages_begin_with_the_name if {
	objection := question.objection({"image": "x"}, image_name.parts("x"), fixture.parameters)
	objection.message == "x: the name has no registry; write it as registry/repository@digest"
}

test_claims if {
	objection_code({"image": fixture.image}, fixture.parameters) == "claimsMissing"
	to_claims(null) == "claimsMissing"
	to_claims("text") == "claimsMalformed"
	to_claims({}) == "claimsMalformed"
	to_claims(object.union(fixture.document, {"version": "2"})) == "claimsMalformed"
}

test_an_unknown_image if {
	to_claims(object.union(fixture.document, {"subject": {"digest": null, "size": null}})) == "digestUnknown"
}

test_claims_about_another_image if {
	every subject in [
		{"reference": null},
		{"registry": null},
		{"registry": "other.example"},
		{"registry": "acme.example/net-monitor"},
		{"repository": null},
		{"repository": "other"},
		{"digest": fixture.other_digest},
	] {
		to_claims(object.union(fixture.document, {"subject": subject})) == "subjectMismatch"
	}
}

test_claims_about_another_digest_of_the_repository if {
	other := fixture.with_document({
		"subject": {"digest": fixture.other_digest},
		"signatures": [object.union(fixture.signature, {"claims": {"digest": fixture.other_digest}})],
	})
	objection_code(other.images[0], fixture.parameters) == "subjectMismatch"
}

test_what_verify_prints_is_about_no_image if {
	nameless := {"reference": null, "registry": null, "repository": null, "tag": null, "resolvedFrom": null}
	to_claims(object.union(fixture.document, {"subject": nameless})) == "subjectMismatch"
}

test_signatures_are_of_the_subject if {
	to_signed(fixture.other_digest) == "subjectMismatch"
	not to_signed("sha512:1")
}

test_a_host_has_no_case if {
	name := sprintf("ACME.example/net-monitor@%s", [fixture.digest])
	not to_name(name)
	not to_claims(object.union(fixture.document, {"subject": {"registry": "Acme.Example"}}))
}

test_docker_hub_names_are_about_their_normalised_subject if {
	subject := {"registry": "docker.io", "repository": "library/net-monitor"}
	document := object.union(fixture.document, {"subject": subject})
	every host in ["docker.io", "index.docker.io", "docker.io/library"] {
		name := sprintf("%s/net-monitor@%s", [host, fixture.digest])
		not objection_code({"image": name, "claims": document}, fixture.parameters)
	}
}

test_a_tag_beside_a_digest_is_not_the_subjects if {
	not to_name(sprintf("acme.example/net-monitor:v1@%s", [fixture.digest]))
}

test_a_tag_is_the_subjects_where_tags_are_allowed if {
	not to_tag("acme.example/net-monitor:v1", "v1")
	not to_tag("acme.example/net-monitor", "latest")
	to_tag("acme.example/net-monitor:v1", "v2") == "subjectMismatch"
	to_tag("acme.example/net-monitor:v1", null) == "subjectMismatch"
	to_tag("acme.example/net-monitor", "v1") == "subjectMismatch"
}
