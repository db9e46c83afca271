# Questions for the tests: a good one, and what is made of it.
package lib.claims_fixture_test

digest := sprintf("sha256:%s", [concat("", [digit | some _ in numbers.range(1, 64); digit := "a"])])

other_digest := sprintf("sha256:%s", [concat("", [digit | some _ in numbers.range(1, 64); digit := "b"])])

image := sprintf("acme.example/net-monitor@%s", [digest])

identity := "ca:acme-rockets/acme.example"

second_identity := "ca:wabbit-networks/wabbit.example"

parameters := {"signers": {"acme.example": [identity]}}

two_signers := {"signers": {"acme.example": [identity], "wabbit.example": [second_identity]}}

signature := {
	"digest": other_digest,
	"digests": [other_digest],
	"statement": other_digest,
	"format": "nv2.jwt",
	"mediaType": "application/vnd.cncf.notary.config.v2+jwt",
	"source": "acme",
	"signer": {
		"cn": "acme.example",
		"identities": [identity],
		"type": "x509",
		"algorithm": "RS256",
		"keyId": null,
		"publicKey": "sha256:1",
		"certificate": null,
		"trustStores": [{"name": "acme-rockets", "type": "ca", "fingerprint": other_digest}],
	},
	"claims": {
		"mediaType": "application/vnd.oci.image.manifest.v1+json",
		"digest": digest,
		"size": 528,
		"references": ["acme.example/net-monitor:v1"],
		"annotations": {},
		"issuedAt": null,
		"notBefore": null,
		"expiresAt": null,
		"signingScheme": null,
		"signingTime": null,
	},
	"referencesMatchSigner": true,
	"times": [],
	"checks": {
		"integrity": "passed",
		"subject": "passed",
		"authenticity": "passed",
		"authenticTime": "notApplicable",
		"validity": "passed",
		"references": "passed",
		"expiry": "notApplicable",
		"revocation": "notApplicable",
		"withdrawal": "passed",
	},
	"revocation": {"status": "notApplicable", "certificates": []},
}

second_signature := object.union(signature, {
	"signer": {"cn": "wabbit.example", "identities": [second_identity], "publicKey": "sha256:2"},
	"claims": {"references": ["wabbit.example/net-monitor:v1"]},
})

reason(name) := {"reason": name, "since": "2026-11-15T00:00:00Z", "detail": "as \"said\"\nby\u0000an operator"}

withdrawn := object.union(signature, {"reasons": [reason("withdrawn")]})

document := {
	"version": "1",
	"id": other_digest,
	"subject": {
		"reference": image,
		"registry": "acme.example",
		"repository": "net-monitor",
		"tag": null,
		"resolvedFrom": "digest",
		"mediaType": "application/vnd.oci.image.manifest.v1+json",
		"digest": digest,
		"size": 528,
	},
	"verifiedAt": "2026-12-01T00:00:00Z",
	"validUntil": "2026-12-01T00:05:00Z",
	"verifier": {"version": "0.1.0", "trust": other_digest},
	"coverage": {"complete": true, "sources": []},
	"signatures": [signature],
	"invalidated": [],
	"rejected": {"count": 0, "byCode": {}, "first": []},
	"platforms": [],
	"problems": [],
}

question := ask(image, document)

ask(name, claims) := {"images": [{"image": name, "claims": claims}], "parameters": parameters}

# The good question with members of the document, of its signature or of the parameters replaced.
with_document(members) := ask(image, object.union(document, members))

with_signatures(signatures) := with_document({"signatures": signatures})

with_signature(members) := with_signatures([object.union(signature, members)])

with_identities(identities) := with_signature({"signer": {"identities": identities}})

with_references(references) := with_signature({"claims": {"references": references}})

with_parameters(members) := object.union(question, {"parameters": members})

# The good question asked by a tag, which is allowed.
with_tag(name, tag) := object.union(ask(name, by_tag), {"parameters": {"allow_tags": true}}) if {
	subject := {"reference": name, "tag": tag, "resolvedFrom": "tag"}
	by_tag := object.union(document, {"subject": subject})
}

# The codes of what are denials in shape, so that anything else is missed where it is expected.
codes(denials) := {denial.code |
	some denial in denials
	object.keys(denial) == {"code", "image", "message"}
	is_string(denial.image)
	regex.match(`^[^;]+; [^;]+$`, denial.message)
}

messages(denials) := {denial.message | some denial in denials}
