package adapters.over_http_test

import data.adapters.over_http
import data.lib.claims_fixture_test as fixture

request := {"images": [fixture.image], "parameters": fixture.parameters}

good := {"image": fixture.image, "claims": fixture.document}

# What stands in for http.send: an answer only to the request that the provider expects.

good_answer(sent) := {"status_code": 200, "body": {"results": [good]}} if {
	sent.method == "POST"
	sent.url == "http://provider.example/v1/claims"
	sent.headers["Content-Type"] == "application/json"
	sent.body == {"images": [fixture.image]}
	sent.raise_error == false
	sent.timeout == "5s"
}

answer_over_tls(sent) := good_answer(sent) if {
	sent.tls_ca_cert_file == "ca.pem"
	sent.headers.Authorization == "Bearer x"
}

answers(_, results) := {"status_code": 200, "body": {"results": results}}

problem_answer(_) := answers("", [{"image": fixture.image, "problem": {"code": "registry_failed"}}])

swapped_answer(_) := answers("", [{"image": "other.example/x", "claims": fixture.document}])

short_answer(_) := answers("", [])

long_answer(_) := answers("", [good, good])

foreign_answer(_) := answers("", "x")

null_answer(_) := answers("", [null])

no_results(_) := {"status_code": 200, "body": {}}

text_answer(_) := {"status_code": 200, "raw_body": "<html>"}

failed_answer(_) := {"status_code": 500, "body": {"results": [good]}}

no_answer(_) := {"status_code": 0, "error": {"code": "eval_http_send_network_error", "message": "refused"}}

denied := fixture.codes(denials) if {
	denials := over_http.deny with data.sigclaims.url as "http://provider.example"
}

test_claims_are_fetched_and_put_to_the_policies if {
	denied == set() with http.send as good_answer with input as request
}

test_a_slash_after_the_url if {
	denials := over_http.deny with http.send as good_answer
		with input as request
		with data.sigclaims.url as "http://provider.example/"
	denials == set()
}

test_the_request_takes_tls_files_and_headers_but_no_other_target if {
	added := {
		"url": "http://evil.example",
		"raise_error": true,
		"tls_ca_cert_file": "ca.pem",
		"headers": {"Authorization": "Bearer x"},
	}
	denied == set() with http.send as answer_over_tls with input as request with data.sigclaims.request as added
}

test_both_policies_are_asked if {
	parameters := {"signers": {"other.example": [fixture.identity]}}
	denied == {"registryUnbound", "referenceMissing"} with http.send as good_answer
		with input as {"images": [fixture.image], "parameters": parameters}
}

test_a_problem_is_no_claims if {
	denied == {"claimsMissing"} with http.send as problem_answer with input as request
}

test_an_answer_about_another_image_is_no_claims if {
	denied == {"claimsMissing"} with http.send as swapped_answer with input as request
	denied == {"claimsMissing"} with http.send as null_answer with input as request
}

test_without_an_answer_everything_is_denied if {
	expected := {"claimsMissing", "providerFailed"}
	denied == expected with http.send as no_answer with input as request
	denied == expected with http.send as failed_answer with input as request
	denied == expected with http.send as text_answer with input as request
	denied == expected with http.send as no_results with input as request
	denied == expected with http.send as short_answer with input as request
	denied == expected with http.send as long_answer with input as request
	denied == expected with http.send as answer_over_tls with input as request # undefined without TLS
}

test_an_answer_that_is_no_list_is_no_claims if {
	denied == {"claimsMissing"} with http.send as foreign_answer with input as request
}

test_without_a_url_everything_is_denied if {
	denials := over_http.deny with http.send as good_answer with input as request
	fixture.codes(denials) == {"claimsMissing", "providerFailed"}
}

test_malformed_input_is_denied if {
	every images in [null, "text", 3, {}, [], [null], [{}], [fixture.image, null], {"x": fixture.image}] {
		denied == {"noImages", "providerFailed"} with http.send as good_answer
			with input as {"images": images, "parameters": fixture.parameters}
	}
	denied == {"noImages", "parametersMalformed", "providerFailed"} with http.send as good_answer with input as {}
	denied == {"noImages", "parametersMalformed", "providerFailed"} with http.send as good_answer with input as "text"
}

test_missing_parameters_are_denied if {
	"parametersMalformed" in denied with http.send as good_answer with input as {"images": [fixture.image]}
}

test_a_hundred_images_and_no_more if {
	many := [fixture.image | some _ in numbers.range(1, 100)]
	denied == set() with http.send as hundred_answers
		with input as {"images": many, "parameters": fixture.parameters}
	denied == {"claimsMissing", "providerFailed", "tooManyImages"} with http.send as hundred_answers
		with input as {"images": array.concat(many, [fixture.image]), "parameters": fixture.parameters}
}

hundred_answers(sent) := answers("", [good | some _ in sent.body.images])
