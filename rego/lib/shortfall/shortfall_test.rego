package lib.shortfall_test

import data.lib.claims_fixture_test as fixture
import data.lib.shortfall

of(question, allow_unknown) := shortfall.of(question.images[0], {fixture.identity}, "as a.b/x:v1", allow_unknown)

message(text) := sprintf("%s: %s", [fixture.image, text])

test_no_signature if {
	of(fixture.with_signatures([]), false) == {
		"code": "signatureMissing",
		"image": fixture.image,
		"message": message("no sound signature by ca:acme-rockets/acme.example; sign the image as a.b/x:v1"),
	}
}

test_several_identities_would_do if {
	item := fixture.with_signatures([]).images[0]
	denial := shortfall.of(item, {"ca:b/y", "ca:a/x"}, "as a.b/x", false)
	denial.message == message("no sound signature by ca:a/x or ca:b/y; sign the image as a.b/x")
}

test_an_invalidated_signature_says_why if {
	invalidated := object.union(fixture.signature, {"reasons": [fixture.reason("withdrawn"), fixture.reason("expired")]})
	denial := of(fixture.with_document({"signatures": [], "invalidated": [invalidated]}), false)
	denial.message == message(concat("", [
		"no sound signature by ca:acme-rockets/acme.example (there is one, but: expired, withdrawn);",
		" sign the image as a.b/x:v1",
	]))
}

test_an_invalidated_signature_of_another_says_nothing if {
	other := object.union(fixture.second_signature, {"reasons": [fixture.reason("revoked")]})
	denial := of(fixture.with_document({"signatures": [], "invalidated": [other]}), false)
	not contains(denial.message, "revoked")
}

test_revocation_not_good if {
	question := fixture.with_signature({"revocation": {"status": "notChecked"}})
	of(question, false).code == "revocationNotGood"
	of(question, false).message == message(concat("", [
		"the revocation status of the signature by ca:acme-rockets/acme.example is notChecked;",
		" have revocation checked, or set allow_unknown_revocation to true",
	]))
	of(question, true).code == "referenceMissing"
}

test_under_another_name if {
	of(fixture.question, false).code == "referenceMissing"
	of(fixture.question, false).message == message(concat("", [
		"signed by ca:acme-rockets/acme.example, but under another name;",
		" sign the image as a.b/x:v1",
	]))
}
