# METADATA
# title: Image names
# description: >-
#   The parts of an image name, by the distribution project's grammar and normalised as containerd does, so that two
#   names of one repository have equal parts: index.docker.io is docker.io, docker.io/x is docker.io/library/x. Hosts
#   are in lower case.
package lib.image_name

# A host has a '.' or a ':' or is localhost: that is what tells it from the first part of a path.
host_label := `[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?`

host := sprintf(
	`(?:localhost|\[[0-9A-Fa-f:]+\](?::[0-9]+)?|%s(?:(?:\.%s)+|(?:\.%s)*:[0-9]+))`,
	[host_label, host_label, host_label],
)

path_part := `[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*`

# Lengths are compared beside the pattern: counted in it, they would make it many times as slow.
pattern := sprintf(
	`^(?:(%s)/)?(%s(?:/%s)*)(?::([A-Za-z0-9_][A-Za-z0-9_.-]*))?(?:@(sha256:[0-9a-f]+|sha512:[0-9a-f]+))?$`,
	[host, path_part, path_part],
)

longest_path := 255

longest_tag := 128

digest_lengths := {"": 0, "sha256": 71, "sha512": 135}

# METADATA
# title: The parts of an image name
# description: >-
#   {registry, repository, tag, digest}, each null where the name has none; null where the text is no image name.
parts(text) := {
	"registry": registry_name,
	"repository": normalised_path(registry_name, path),
	"tag": null_if_empty(tag),
	"digest": null_if_empty(digest),
} if {
	is_string(text)
	some [_, host_text, path, tag, digest] in regex.find_all_string_submatch_n(pattern, text, 1)
	count(path) <= longest_path
	count(tag) <= longest_tag
	count(digest) == digest_lengths[split(digest, ":")[0]]
	registry_name := null_if_empty(normalised_host(host_text))
}

else := null

# METADATA
# title: A registry by its normalised host
# description: Undefined where the text is no host that an image name can have.
registry(text) := normalised_host(text) if {
	is_string(text)
	regex.match(sprintf("^%s$", [host]), text)
}

normalised_host(text) := "docker.io" if lower(text) == "index.docker.io"

else := lower(text)

# METADATA
# title: A repository's path as the registry has it
normalised_path(registry_name, path) := concat("/", ["library", path]) if {
	registry_name == "docker.io"
	not contains(path, "/")
}

else := path

# METADATA
# title: The tag that a name asks for
# description: Its own, also beside a digest; latest for a bare name; null for a name with a digest alone.
asked_tag(name) := name.tag if name.tag != null

else := "latest" if name.digest == null

else := null

# METADATA
# title: Whether a signed name is a name of what another asks for
# description: >-
#   The repositories are equal, and so is the tag where one is asked for. A signed name without a tag says nothing about
#   any tag.
is_name_of(signed, asked) if {
	signed.registry == asked.registry
	signed.repository == asked.repository
	asked_tag(asked) in {null, signed.tag}
}

# METADATA
# title: The name to sign for what a name asks for
# description: registry/repository, with the tag that is asked for; without a digest, which the signature has itself.
to_sign(asked) := sprintf("%s/%s", [asked.registry, asked.repository]) if asked_tag(asked) == null

else := sprintf("%s/%s:%s", [asked.registry, asked.repository, asked_tag(asked)])

null_if_empty(text) := text if text != ""

else := null
