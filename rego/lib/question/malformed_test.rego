# Questions with something missing, or of another type: every one is a denial, whatever the policy.
package lib.malformed_question_test

import data.lib.claims_fixture_test as fixture

questions := ((no_questions | bad_images) | bad_items) | spoilt

no_questions := {
	null,
	true,
	3,
	"text",
	fixture.image,
	[],
	[fixture.question],
	{},
	{"images": [good]},
	{"parameters": fixture.parameters},
}

bad_images := {question |
	some images in [
		null,
		true,
		3,
		"text",
		fixture.image,
		{},
		{fixture.image: fixture.document},
		[],
		[null],
		["text"],
		[3],
		[[]],
		[{}],
		[[good]],
		[good, null],
		[good, {}],
		[good, fixture.image],
	]
	question := {"images": images, "parameters": fixture.parameters}
}

bad_items := {question |
	some item in [
		{"claims": fixture.document},
		{"image": fixture.image},
		{"image": null, "claims": fixture.document},
		{"image": 3, "claims": fixture.document},
		{"image": [fixture.image], "claims": fixture.document},
		{"image": "", "claims": fixture.document},
		{"image": fixture.image, "claims": null},
		{"image": fixture.image, "claims": "text"},
		{"image": fixture.image, "claims": 3},
		{"image": fixture.image, "claims": []},
		{"image": fixture.image, "claims": {}},
		{"image": fixture.image, "claims": [fixture.document]},
		{"image": fixture.image, "claims": json.marshal(fixture.document)},
	]
	some images in [[item], [item, good], [good, item]]
	question := {"images": images, "parameters": fixture.parameters}
}

good := fixture.question.images[0]

# Each field that the policies read: left out, null, and of every other type.
spoilt := {json.patch(whole, [patch]) |
	some path in object.keys(fields)
	some patch in patches(path)
}

patches(path) := {{"op": "remove", "path": path}} | {patch |
	some value in [null, true, 3, "text", [], {}, [null], [{}], [3]]
	not value in fields[path]
	patch := {"op": "replace", "path": path, "value": value}
}

whole := fixture.with_document({"invalidated": [fixture.withdrawn]})

# By path, the values among those that are tried which are no fault there.
fields := {
	"/images": set(),
	"/images/0/image": set(),
	"/images/0/claims": set(),
	"/images/0/claims/version": set(),
	"/images/0/claims/subject": set(),
	"/images/0/claims/subject/reference": {"text"},
	"/images/0/claims/subject/registry": set(),
	"/images/0/claims/subject/repository": set(),
	"/images/0/claims/subject/tag": {null, "text"},
	"/images/0/claims/subject/digest": set(),
	"/images/0/claims/signatures": set(),
	"/images/0/claims/signatures/0": set(),
	"/images/0/claims/signatures/0/signer": set(),
	"/images/0/claims/signatures/0/signer/publicKey": {"text"},
	"/images/0/claims/signatures/0/signer/identities": set(),
	"/images/0/claims/signatures/0/signer/identities/0": set(),
	"/images/0/claims/signatures/0/claims": set(),
	"/images/0/claims/signatures/0/claims/digest": set(),
	"/images/0/claims/signatures/0/claims/references": set(),
	"/images/0/claims/signatures/0/claims/references/0": set(),
	"/images/0/claims/signatures/0/revocation": set(),
	"/images/0/claims/signatures/0/revocation/status": set(),
	"/images/0/claims/invalidated": {[]},
	"/images/0/claims/invalidated/0/signer": set(),
	"/images/0/claims/invalidated/0/signer/identities": {[]},
	"/images/0/claims/invalidated/0/reasons": {[]},
	"/images/0/claims/invalidated/0/reasons/0/reason": set(),
	"/parameters": set(),
	"/parameters/signers": set(),
	"/parameters/signers/acme.example": set(),
	"/parameters/signers/acme.example/0": set(),
}
