# METADATA
# title: Question
# description: >-
#   What is asked of any question before its signatures are looked at: images that are named in full and pinned, each
#   with a document that is about it.
package lib.question

import data.lib.claims
import data.lib.image_name
import data.lib.parameters

# METADATA
# title: Whether a value is a list of items that each name an image
# description: A list with one malformed item is refused as a whole. An empty one passes, and has its denial.
asks_for_images(value) if {
	is_array(value)
	every item in value { is_string(item.image) }
}

# METADATA
# title: The denials of a question that asks nothing
# description: asked is [] where the question's images were refused, given.signers {} where its parameters were.
denials(asked, given) := {no_images | asked == []} | {parameters_malformed | given.signers == {}}

no_images := {
	"code": "noImages",
	"image": "",
	"message": "the question names no image, or has an item that is no {image, claims}; ask about at least one image",
}

parameters_malformed := {
	"code": "parametersMalformed",
	"image": "",
	"message": concat(" ", [
		"the parameters are malformed; signers takes a list of identities (type:store/CN) for each registry,",
		"allow_tags and allow_unknown_revocation take true or false",
	]),
}

# METADATA
# title: The first objection to an item
# description: >-
#   A denial; undefined where there is no objection. name is the item's image as lib.image_name.parts gives it. Each
#   condition is the negation of what must hold, so that whatever is missing or of another type is an objection. A text
#   that is no image name is not repeated in a message: it may hold anything, and the denial's image has it.
objection(item, name, given) := {"code": code, "image": item.image, "message": message} if {
	code := objection_code(object.get(item, "claims", null), name, given)
	message := concat("", [readable(item.image, name), objections[code]])
}

objections := {
	"nameMalformed": "the image name is malformed; write it as registry/repository@digest",
	"nameUnqualified": "the name has no registry; write it as registry/repository@digest",
	"nameUnpinned": "the name has no digest; add it, or set allow_tags to true",
	"claimsMissing": "there are no claims on the image; find out why its provider gave none",
	"claimsMalformed": "its claims are no document of version 1; take them from the provider as they are",
	"digestUnknown": "no source knows the image; check its name, and that it has been pushed",
	"subjectMismatch": "the claims are not about this image; ask for the claims of this very name",
}

readable(image, name) := sprintf("%s: ", [image]) if name != null

else := ""

objection_code(document, name, given) := "nameMalformed" if name == null

else := "nameUnqualified" if name.registry == null

else := "nameUnpinned" if not is_pinned(name, given)

else := "claimsMissing" if document == null

else := "claimsMalformed" if not claims.is_document(document)

else := "digestUnknown" if document.subject.digest == null

else := "subjectMismatch" if not is_about(document, name)

is_pinned(name, _) if name.digest != null

is_pinned(_, given) if parameters.flag(given, "allow_tags") == true

# A document about a manifest without a name is about no image.
is_about(document, name) if {
	is_string(document.subject.reference)
	is_in_repository(document.subject, name)
	is_manifest_of(document.subject, name)
	every signature in document.signatures { claims.is_digest_of(signature.claims, document.subject) }
}

is_in_repository(subject, name) if {
	image_name.registry(subject.registry) == name.registry
	is_string(subject.repository)
	image_name.normalised_path(name.registry, subject.repository) == name.repository
}

is_manifest_of(subject, name) if subject.digest == name.digest

is_manifest_of(subject, name) if {
	name.digest == null
	subject.tag == image_name.asked_tag(name)
}
