package lib.parameters_test

import data.lib.parameters

test_well_formed_parameters if {
	every value in [
		{"signers": {"acme.example": ["ca:a/x"]}},
		{"signers": {"acme.example:5000": ["ca:a/x", "keys:b/y"], "localhost": ["signingAuthority:c/z"]}},
		{"signers": {"acme.example": ["ca:a/x"]}, "allow_tags": true, "allow_unknown_revocation": false},
		{"signers": {"acme.example": ["ca:a/x"]}, "another_policy": null},
	] {
		parameters.are_well_formed(value)
	}
}

test_malformed_parameters if {
	every value in [null, true, 3, "text", [], {}, {"allow_tags": true}] {
		not parameters.are_well_formed(value)
	}
}

test_malformed_signers if {
	every signers in [
		null,
		"ca:a/x",
		["ca:a/x"],
		{},
		{"acme.example": "ca:a/x"},
		{"acme.example": []},
		{"acme.example": {"ca:a/x": true}},
		{"acme.example": null},
		{"acme.example": [null]},
		{"acme.example": ["acme.example"]},
		{"acme.example": ["ca:a/x", 3]},
		{"acme.example": ["ca:a/x"], "other.example": []},
		{"acme.example/x": ["ca:a/x"]},
		{"*": ["ca:a/x"]},
		{"": ["ca:a/x"]},
	] {
		not parameters.are_well_formed({"signers": signers})
	}
}

test_a_flag_is_true_or_false if {
	every name in ["allow_tags", "allow_unknown_revocation"] {
		every flag in [null, "true", 1, [], {}] {
			not parameters.are_well_formed({"signers": {"acme.example": ["ca:a/x"]}, name: flag})
		}
	}
}

test_bindings_are_by_normalised_registry if {
	signers := {"ACME.example": ["ca:a/x"], "acme.example": ["ca:a/y"], "index.docker.io": ["ca:a/x"]}
	parameters.bindings({"signers": signers}) == {
		["acme.example", "ca:a/x"],
		["acme.example", "ca:a/y"],
		["docker.io", "ca:a/x"],
	}
}
