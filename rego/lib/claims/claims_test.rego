package lib.claims_test

import data.lib.claims
import data.lib.claims_fixture_test as fixture

test_a_document_has_the_shape_that_policies_read if {
	claims.is_document(fixture.document)
	claims.is_document(object.union(fixture.document, {"signatures": [], "invalidated": [fixture.withdrawn]}))
}

test_what_policies_do_not_read_may_be_missing if {
	every member in ["id", "coverage", "platforms", "rejected", "problems"] {
		claims.is_document(object.remove(fixture.document, [member]))
	}
}

test_a_document_of_another_version_is_none if {
	every version in [1, "2", "1.0", "", null] {
		not claims.is_document(object.union(fixture.document, {"version": version}))
	}
}

test_no_other_value_is_a_document if {
	every value in [null, true, 3, "text", [], [fixture.document], {}] {
		not claims.is_document(value)
	}
}

test_a_subject_may_be_unknown if {
	unknown := {"reference": null, "registry": null, "repository": null, "tag": null, "digest": null}
	claims.is_document(object.union(fixture.document, {"subject": unknown}))
}

test_every_reason_has_a_known_name if {
	every name in claims.invalidating_reasons {
		claims.is_invalidated(object.union(fixture.withdrawn, {"reasons": [fixture.reason(name)]}))
	}
	not claims.is_invalidated(object.union(fixture.withdrawn, {"reasons": [fixture.reason("disliked")]}))
}

test_a_digest_is_of_the_subject_or_of_another_algorithm if {
	claims.is_digest_of({"digest": "sha256:1"}, {"digest": "sha256:1"})
	claims.is_digest_of({"digest": "sha512:2"}, {"digest": "sha256:1"})
	not claims.is_digest_of({"digest": "sha256:2"}, {"digest": "sha256:1"})
}

test_an_identity_names_its_store if {
	every text in ["ca:a/x", "signingAuthority:a.b-c_d/x", "keys:a/sha256:1", "ca:a/x y/\"z\""] {
		claims.is_identity(text)
	}
	every text in ["acme.example", "ca:acme.example", "ca:/x", "ca:a/", "tsa:a/x", "CA:a/x", " ca:a/x", "", null, 3] {
		not claims.is_identity(text)
	}
}

test_an_identity_is_compared_whole if {
	claims.is_one_of({"identities": ["ca:a/x", "ca:b/x"]}, {"ca:b/x", "ca:c/y"})
	every identity in ["ca:b/x", "ca:a/x.evil", "ca:a/x\u0000", "ca:a/X", "keys:a/x", "x"] {
		not claims.is_one_of({"identities": [identity]}, {"ca:a/x"})
	}
	not claims.is_one_of({"identities": []}, {"ca:a/x"})
	not claims.is_one_of({"identities": ["ca:a/x"]}, set())
}

test_unknown_revocation_is_acceptable_only_where_allowed if {
	every status in ["good", "notApplicable"] {
		claims.is_acceptable(status, false)
		claims.is_acceptable(status, true)
	}
	every status in ["unknown", "notChecked"] {
		claims.is_acceptable(status, true)
		not claims.is_acceptable(status, false)
		not claims.is_acceptable(status, "true")
	}
	not claims.is_acceptable("revoked", true)
}
