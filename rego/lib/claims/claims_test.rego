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

test_every_field_that_is_read_has_its_type if {
	document := object.union(fixture.document, {"invalidated": [fixture.withdrawn]})
	every path in fields_read {
		every patch in spoiling(path) { not claims.is_document(json.patch(document, [patch])) }
	}
}

fields_read := [
	"/subject",
	"/subject/reference",
	"/subject/registry",
	"/subject/repository",
	"/subject/tag",
	"/subject/digest",
	"/signatures",
	"/signatures/0",
	"/signatures/0/signer",
	"/signatures/0/signer/publicKey",
	"/signatures/0/signer/identities",
	"/signatures/0/signer/identities/0",
	"/signatures/0/claims",
	"/signatures/0/claims/digest",
	"/signatures/0/claims/references",
	"/signatures/0/claims/references/0",
	"/signatures/0/revocation",
	"/signatures/0/revocation/status",
	"/invalidated",
	"/invalidated/0",
	"/invalidated/0/signer",
	"/invalidated/0/signer/identities",
	"/invalidated/0/signer/identities/0",
	"/invalidated/0/reasons",
	"/invalidated/0/reasons/0",
	"/invalidated/0/reasons/0/reason",
]

# An item may be left out of a list, but no member of an object.
spoiling(path) := {{"op": "remove", "path": path} | not endswith(path, "/0")} | {patch |
	some value in [true, 3, {}, {"0": "text"}, [[]], [3]]
	patch := {"op": "replace", "path": path, "value": value}
}

test_a_subject_may_be_unknown if {
	unknown := {"reference": null, "registry": null, "repository": null, "tag": null, "digest": null}
	claims.is_document(object.union(fixture.document, {"subject": unknown}))
}

test_every_reason_has_a_known_name if {
	every name in [
		"expired",
		"notYetValid",
		"certificateExpired",
		"certificateNotYetValid",
		"revoked",
		"withdrawn",
	] {
		claims.is_invalidated(object.union(fixture.withdrawn, {"reasons": [fixture.reason(name)]}))
	}
	not claims.is_invalidated(object.union(fixture.withdrawn, {"reasons": [fixture.reason("disliked")]}))
}

test_every_revocation_status_has_a_known_name if {
	every status in ["good", "revoked", "unknown", "notChecked", "notApplicable"] {
		claims.is_signature(object.union(fixture.signature, {"revocation": {"status": status}}))
	}
	not claims.is_signature(object.union(fixture.signature, {"revocation": {"status": "fine"}}))
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
