package lib.image_name_test

import data.lib.image_name

sha256 := sprintf("sha256:%s", [hexadecimal(64)])

sha512 := sprintf("sha512:%s", [hexadecimal(128)])

hexadecimal(length) := concat("", [digit | some _ in numbers.range(1, length); digit := "a"])

test_the_parts_of_a_name if {
	image_name.parts("acme.example/a/net-monitor:v1") == {
		"registry": "acme.example",
		"repository": "a/net-monitor",
		"tag": "v1",
		"digest": null,
	}
	image_name.parts(sprintf("acme.example/net-monitor:v1@%s", [sha256])) == {
		"registry": "acme.example",
		"repository": "net-monitor",
		"tag": "v1",
		"digest": sha256,
	}
	image_name.parts(sprintf("acme.example/net-monitor@%s", [sha512])).digest == sha512
}

test_hosts if {
	every text, host in {
		"acme.example/x": "acme.example",
		"ACME.Example/x": "acme.example",
		"acme.example:5000/x": "acme.example:5000",
		"acme:5000/x": "acme:5000",
		"localhost/x": "localhost",
		"localhost:5000/x": "localhost:5000",
		"localhost.example/x": "localhost.example",
		"127.0.0.1/x": "127.0.0.1",
		"[::1]/x": "[::1]",
		"[2001:DB8::1]:5000/x": "[2001:db8::1]:5000",
		"xn--caf-dma.example/x": "xn--caf-dma.example",
	} {
		image_name.parts(text).registry == host
	}
}

test_a_name_without_a_host_has_no_registry if {
	every text in ["net-monitor", "net-monitor:v1", "library/net-monitor", "acme.example", "localhost:5000"] {
		image_name.parts(text).registry == null
	}
}

test_names_are_normalised_as_containerd_does if {
	every text in ["docker.io/x", "index.docker.io/x", "Docker.IO/x", "docker.io/library/x"] {
		name := image_name.parts(text)
		[name.registry, name.repository] == ["docker.io", "library/x"]
	}
	image_name.parts("docker.io/a/x").repository == "a/x"
	image_name.parts("quay.example/x").repository == "x"
}

test_paths_and_tags if {
	every text in ["a.b/a_b", "a.b/a__b", "a.b/a---b", "a.b/a.b", "a.b/0/1/2", "a.b/x:_.-", "a.b/x:V1"] {
		image_name.parts(text).registry == "a.b"
	}
	image_name.parts(sprintf("a.b/x:%s", [hexadecimal(128)])) != null
	image_name.parts(sprintf("a.b/%s", [hexadecimal(255)])) != null
}

test_no_names if {
	every text in [
		"",
		" ",
		"/",
		"a.b/",
		"/x",
		"a.b//x",
		"a.b/../x",
		"a.b/./x",
		"a.b/X",
		"a.b/x y",
		"a.b/x\n",
		"\na.b/x",
		"a.b/x\u0000",
		" a.b/x",
		"a.b/-x",
		"a.b/x-",
		"a.b/a___b",
		"a.b/a..b",
		"a.b/x:",
		"a.b/x:-v1",
		"a.b/x:v 1",
		"a.b/x:v1:v2",
		"a.b/x@",
		"a.b/x@sha256:",
		"a.b/x@md5:aa",
		"a..b/x",
		".a.b/x",
		"-a.b/x",
		"a.b-/x",
		"a.b:/x",
		"a.b:port/x",
		"a@b.c/x",
		"https://a.b/x",
		"[::1/x",
		"[a.b]/x",
		"a.\u212a/x",
		"a.b/\u00e9",
		`a.b\x`,
		sprintf("a.b/%s", [hexadecimal(256)]),
		sprintf("a.b/x:%s", [hexadecimal(129)]),
		sprintf("a.b/x@sha256:%s", [hexadecimal(63)]),
		sprintf("a.b/x@sha256:%s", [hexadecimal(65)]),
		sprintf("a.b/x@sha512:%s", [hexadecimal(64)]),
		sprintf("a.b/x@sha256:%s", [upper(hexadecimal(64))]),
		sprintf("a.b/x@%s@%s", [sha256, sha256]),
		null,
		3,
		[],
		{},
	] {
		image_name.parts(text) == null
	}
}

test_a_registry_is_a_host_alone if {
	image_name.registry("ACME.example:5000") == "acme.example:5000"
	image_name.registry("index.docker.io") == "docker.io"
	every text in ["", "acme", "*", "acme.example/", "acme.example/x", "https://acme.example", "a.b\n", null, 3] {
		not image_name.registry(text)
	}
}

test_the_tag_that_is_asked_for if {
	image_name.asked_tag(image_name.parts("a.b/x:v1")) == "v1"
	image_name.asked_tag(image_name.parts("a.b/x")) == "latest"
	image_name.asked_tag(image_name.parts(sprintf("a.b/x:v1@%s", [sha256]))) == "v1"
	image_name.asked_tag(image_name.parts(sprintf("a.b/x@%s", [sha256]))) == null
}

test_a_signed_name_is_of_the_repository_and_tag if {
	every pair in [
		["a.b/x:v1", "A.b/x:v1"],
		["a.b/x:latest", "a.b/x"],
		["docker.io/x:v1", "index.docker.io/library/x:v1"],
		["a.b/x:v1", sprintf("a.b/x@%s", [sha256])],
		["a.b/x", sprintf("a.b/x@%s", [sha256])],
	] {
		image_name.is_name_of(image_name.parts(pair[0]), image_name.parts(pair[1]))
	}
	every pair in [
		["a.b/x:v2", "a.b/x:v1"],
		["a.b/x:V1", "a.b/x:v1"],
		["a.b/x", "a.b/x:v1"],
		["a.b/x", "a.b/x"],
		["a.b/x:v2", sprintf("a.b/x:v1@%s", [sha256])],
		["a.b:5000/x:v1", "a.b/x:v1"],
		["a.b/y/x:v1", "a.b/x:v1"],
		["x:v1", "a.b/x:v1"],
		["no name", "a.b/x:v1"],
	] {
		not image_name.is_name_of(image_name.parts(pair[0]), image_name.parts(pair[1]))
	}
}

test_the_name_to_sign if {
	image_name.to_sign(image_name.parts("a.b/x")) == "a.b/x:latest"
	image_name.to_sign(image_name.parts(sprintf("a.b/x:v1@%s", [sha256]))) == "a.b/x:v1"
	image_name.to_sign(image_name.parts(sprintf("a.b/x@%s", [sha256]))) == "a.b/x"
}
