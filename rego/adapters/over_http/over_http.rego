# METADATA
# title: Over HTTP
# description: >-
#   For OPA: asks the claims provider at data.sigclaims.url about input.images (names) and puts the answer, with
#   input.parameters, to the policies. data.sigclaims.request may add to the http.send request (TLS files, headers).
#   Whatever cannot be had goes into the question as null, and null is denied.
package adapters.over_http

import data.lib.policies.pulled_from_signer
import data.lib.policies.required_signers

# METADATA
# scope: document
# title: What the shipped policies deny, on claims fetched over HTTP
# description: "{code, image, message} for everything that is wrong; empty where nothing is."
# entrypoint: true
# labels:
#   id: sigclaims.over_http
deny contains denial if some denial in pulled_from_signer.deny with input as question

deny contains denial if some denial in required_signers.deny with input as question

deny contains {"code": "tooManyImages", "image": "", "message": message} if {
	count(asked) > 100
	message := "the question names more than 100 images; ask in several questions"
}

deny contains {"code": "providerFailed", "image": "", "message": message} if {
	results == []
	message := "the claims provider was not asked, or gave no answer; see that it is up and data.sigclaims.url is right"
}

question := {"parameters": parameters, "images": [item |
	some i, image in asked
	item := {"image": image, "claims": claims_at(results, i, image)}
]}

default asked := []

asked := input.images if is_array(input.images)

default parameters := null

parameters := input.parameters

default results := []

results := response.body.results if {
	count(asked) in numbers.range(1, 100)
	response := http.send(object.union(object.get(data.sigclaims, "request", {}), {
		"method": "POST",
		"url": sprintf("%s/v1/claims", [trim_right(data.sigclaims.url, "/")]),
		"headers": {"Content-Type": "application/json"},
		"body": {"images": asked},
		"raise_error": false,
		"timeout": "5s",
	}))
	response.status_code == 200
	count(response.body.results) == count(asked)
}

# The answers come in the order of the images; one with a problem has no claims.
claims_at(answers, i, image) := answers[i].claims if answers[i].image == image

else := null
