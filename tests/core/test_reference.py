"""Names are filled in as containerd does, once and for all; whatever follows no grammar is refused."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from provider import reference
from provider.errors import Refused
from provider.reference import Reference
from tests.core import mutation
from tests.core.mutation import outcome

DIGEST = "sha256:" + "0a" * 32
LONG_DIGEST = "sha512:" + "0a" * 64

LABELS = st.sampled_from(["a", "Z9", "my", "host-1", "a--b", "0", "com", "XN--fiq"])
HOSTS = st.one_of(
    st.lists(LABELS, min_size=1, max_size=3).map(".".join),
    st.sampled_from(["localhost", "docker.io", "index.docker.io", "LOCALHOST", "127.0.0.1", "[::1]", "[2001:db8::1]"]),
)
REGISTRIES = st.builds("{}{}".format, HOSTS, st.sampled_from(["", ":80", ":443", ":5000"]))
WORDS = st.sampled_from(["a", "nginx", "0", "library", "a_b", "a__b", "a---b", "x-1_y"])
COMPONENTS = WORDS | st.builds("{}.{}".format, WORDS, WORDS)
PATHS = st.lists(COMPONENTS, min_size=1, max_size=3).map("/".join)
SHORT_PATHS = st.lists(WORDS, min_size=1, max_size=3).map("/".join) | COMPONENTS
TAGS = st.sampled_from(["latest", "v1", "_", "1.2-rc_3", "T" * 128])
ENDS = st.builds(
    lambda tag, digest: (f":{tag}" if tag else "") + (f"@{digest}" if digest else ""),
    st.none() | TAGS,
    st.none() | st.sampled_from([DIGEST, LONG_DIGEST]),
)
WHOLE = st.builds("{}/{}{}".format, REGISTRIES, PATHS, ENDS)
ASKED = st.one_of(WHOLE, st.builds("{}{}".format, SHORT_PATHS, ENDS))


def containerd_splits(image: str) -> tuple[str, str]:
    """`splitDockerDomain` of github.com/distribution/reference, which containerd's names go through."""
    first, slash, rest = image.partition("/")
    if not slash:
        return "docker.io", f"library/{image}"
    if first == "localhost":
        domain, remote = first, rest
    elif first == "index.docker.io":
        domain, remote = "docker.io", rest
    elif any(mark in first for mark in ".:") or first.lower() != first:
        domain, remote = first, rest
    else:
        domain, remote = "docker.io", image
    if domain == "docker.io" and "/" not in remote:
        remote = f"library/{remote}"
    return domain, remote


@mutation.SOME
@given(ASKED)
def test_registry_and_repository_are_those_that_containerd_takes(image: str) -> None:
    domain, remote = containerd_splits(image)
    asked = reference.normalise(image)
    tag_or_digest = remote.removeprefix(asked.repository)
    assert (asked.registry, remote[: len(asked.repository)]) == (domain, asked.repository)
    assert tag_or_digest == "" or tag_or_digest[0] in ":@"


@mutation.SOME
@given(ASKED)
def test_a_normalised_name_is_whole_and_normalising_it_again_changes_nothing(image: str) -> None:
    once = reference.normalise(image)
    assert reference.normalise(str(once)) == once
    assert reference.parse_full(str(once)) == once


@mutation.SOME
@given(ASKED)
def test_a_normalised_name_has_a_digest_or_a_tag_and_never_both(image: str) -> None:
    asked = reference.normalise(image)
    digest = image.partition("@")[2] or None
    assert asked.digest == digest
    assert (asked.tag is None) == (digest is not None)


@mutation.MANY
@given(st.one_of(st.text(max_size=30), st.text("aA0.:/@-_[]", max_size=30), st.binary(max_size=20).map(repr)))
def test_any_text_is_a_name_or_refused(image: str) -> None:
    kind, value = outcome(lambda: reference.normalise(image))
    assert kind == "reference_malformed" or reference.parse_full(str(value)) == value


@mutation.SOME
@given(ASKED.flatmap(lambda image: mutation.changed_bytes(image.encode())))
def test_a_spoilt_name_is_a_name_or_refused(image: bytes) -> None:
    kind, value = outcome(lambda: reference.normalise(image.decode("utf-8", "surrogateescape")))
    assert kind == "reference_malformed" or outcome(lambda: reference.normalise(str(value))) == ("value", value)


@mutation.SOME
@given(WHOLE)
def test_a_whole_reference_is_read_and_written_back_as_it_stands(text: str) -> None:
    parsed = reference.parse_full(text)
    assert parsed is not None
    assert str(parsed) == text
    assert text.startswith(parsed.name)


@mutation.SOME
@given(st.text(max_size=40))
def test_what_parses_as_whole_is_what_stood_there(text: str) -> None:
    parsed = reference.parse_full(text)
    assume(parsed is not None)
    assert str(parsed) == text


@pytest.mark.parametrize(
    ("image", "whole"),
    [
        ("nginx", "docker.io/library/nginx:latest"),
        ("nginx:1.25", "docker.io/library/nginx:1.25"),
        ("bitnami/nginx", "docker.io/bitnami/nginx:latest"),
        ("docker.io/nginx", "docker.io/library/nginx:latest"),
        ("index.docker.io/nginx", "docker.io/library/nginx:latest"),
        ("index.docker.io/bitnami/nginx", "docker.io/bitnami/nginx:latest"),
        ("docker.io:443/nginx", "docker.io:443/nginx:latest"),
        ("localhost/nginx", "localhost/nginx:latest"),
        ("localhost:5000/nginx", "localhost:5000/nginx:latest"),
        ("myhost/nginx", "docker.io/myhost/nginx:latest"),
        ("MyHost/nginx", "MyHost/nginx:latest"),
        ("my.host/nginx", "my.host/nginx:latest"),
        ("foo.bar", "docker.io/library/foo.bar:latest"),
        ("[::1]:5000/nginx:v1", "[::1]:5000/nginx:v1"),
        (f"nginx@{DIGEST}", f"docker.io/library/nginx@{DIGEST}"),
        (f"nginx:1.25@{DIGEST}", f"docker.io/library/nginx@{DIGEST}"),
        (f"my.host/a/b:v1@{LONG_DIGEST}", f"my.host/a/b@{LONG_DIGEST}"),
    ],
)
def test_short_names_are_filled_in(image: str, whole: str) -> None:
    assert str(reference.normalise(image)) == whole


@pytest.mark.parametrize(
    "image",
    [
        "",
        "/",
        ":latest",
        "@",
        "Nginx",
        "my.host/Nginx",
        "my.host/",
        "my.host//nginx",
        "my.host/nginx/",
        "my.host/nginx:",
        "my.host/nginx:" + "t" * 129,
        "my.host/nginx:.t",
        "my.host/nginx@",
        "my.host/nginx@sha256:" + "0A" * 32,
        "my.host/nginx@sha256:" + "0a" * 31,
        "my.host/nginx@md5:" + "0a" * 16,
        "my.host:/nginx",
        "my.host:port/nginx",
        "-my.host/nginx",
        "my..host/nginx",
        "[::1/nginx",
        "[fe80::1%25eth0]/nginx",
        "my.host/a___b",
        "my.host/a..b",
        "my.host/_a",
        "https://my.host/nginx",
        " nginx",
        "nginx\n",
        "my.host/nginx:v1\n",
        "my.host/../nginx",
        "my.host/" + "a" * 256,
        "my.host/n\u0131nx",
        "\udcff",
        "a" * 5000,
    ],
)
def test_names_that_follow_no_grammar_are_refused(image: str) -> None:
    with pytest.raises(Refused) as raised:
        reference.normalise(image)
    assert raised.value.code == "reference_malformed"
    assert len(raised.value.message) < 10_000


def test_sixty_four_hex_digits_are_an_image_id_and_no_name() -> None:
    # distribution/reference: "cannot specify 64-byte hexadecimal strings"; a kubelet reads it as the image's id.
    with pytest.raises(Refused):
        reference.normalise("0a" * 32)


def test_library_counts_as_part_of_a_repositorys_length() -> None:
    # What is filled in must be a name itself: 255 characters are allowed, `library/` included.
    assert len(reference.normalise("a" * 247).repository) == 255
    with pytest.raises(Refused):
        reference.normalise("a" * 248)


@pytest.mark.parametrize(
    "text", ["nginx", "nginx:v1", "/nginx", f"@{DIGEST}", "my.host", "my.host:5000", "my.host/nginx:v1 ", "host/N"]
)
def test_a_reference_without_a_host_is_not_whole(text: str) -> None:
    assert reference.parse_full(text) is None


def test_a_whole_reference_keeps_tag_and_digest() -> None:
    assert reference.parse_full(f"h/p:t@{DIGEST}") == Reference("h", "p", "t", DIGEST)


@pytest.mark.parametrize(
    ("registry", "host"),
    [
        ("my.host", "my.host"),
        ("my.host:5000", "my.host"),
        ("[::1]", "::1"),
        ("[::1]:5000", "::1"),
        ("10.0.0.1:80", "10.0.0.1"),
    ],
)
def test_the_host_of_a_registry_has_no_port_and_no_brackets(registry: str, host: str) -> None:
    assert reference.host(registry) == host
    assert Reference(registry, "p", None, None).host == host


@mutation.SOME
@given(REGISTRIES, PATHS, ENDS)
def test_a_repository_is_a_name_without_tag_and_digest(registry: str, path: str, end: str) -> None:
    assert reference.is_repository(f"{registry}/{path}")
    assert not end or not reference.is_repository(f"{registry}/{path}{end}")


@mutation.SOME
@given(st.text("aA0.:/@-_[]\n", max_size=20))
def test_what_is_called_a_repository_can_be_a_whole_reference(text: str) -> None:
    assert not reference.is_repository(text) or reference.parse_full(text) is not None
