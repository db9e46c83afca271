# METADATA
# title: Question
# description: >-
#   What is asked of any question before its signatures are looked at: images that are named in full and pinned, with
#   documents that are about them. A policy takes only what asks_for_images and lib.parameters let through, yields
#   denials(…), and looks at the signatures of those items to which there is no objection(…).
package lib.question

import data.lib.claims
import data.lib.parameters

# METADATA
# title: Whether a value is a list of items that each name an image
# description: A list with one malformed item is refused as a whole. An empty one passes here and is denied below.
asks_for_images(value) if {
	is_array(value)
	every item in value { is_string(item.image) }
}

# METADATA
# title: The denials of a question as such
# description: >-
#   asked is [] where the question's images were refused, given.signers {} where its parameters were. Anything else that
#   is wrong is one denial for each item: the first objection to it.
denials(asked, given) := union({
	{no_images | asked == []},
	{parameters_malformed | given.signers == {}},
	{denial |
		some item in asked
		denial := object.union(objection(item, given), {"image": item.image})
	},
})

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
#   {code, message}; undefined where there is none. Each one is the negation of what must hold, so that what is missing
#   or of another type is an objection too. A name that is no image name is not repeated in a message: it may hold
#   anything, and the denial's image has it.
objection(item, given) := found if {
	found := name_objection(item.image, given)
} else := found if {
	found := document_objection(item.image, object.get(item, "claims", null))
} else := found if {
	found := subject_objection(item.image, item.claims)
}

name_objection(image, given) := {
	"code": "nameMalformed",
	"message": "the image name is malformed; write it as registry/repository@digest",
} if {
	not claims.image_name(image)
}

else := {
	"code": "nameUnqualified",
	"message": sprintf("%s: the name has no registry; write it as registry/repository@digest", [image]),
} if {
	claims.image_name(image).registry == null
}

else := {
	"code": "nameUnpinned",
	"message": sprintf("%s: the name has no digest; add it, or set allow_tags to true", [image]),
} if {
	not is_pinned(claims.image_name(image), given)
}

is_pinned(name, _) if name.digest != null

is_pinned(_, given) if parameters.flag(given, "allow_tags") == true

document_objection(image, document) := {
	"code": "claimsMissing",
	"message": sprintf("%s: there are no claims on the image; find out why its provider gave none", [image]),
} if {
	document == null
}

else := {
	"code": "claimsMalformed",
	"message": sprintf("%s: its claims are no document of version 1; take them from the provider as they are", [image]),
} if {
	not claims.is_document(document)
}

subject_objection(image, document) := {
	"code": "digestUnknown",
	"message": sprintf("%s: no source knows the image; check its name, and that it has been pushed", [image]),
} if {
	document.subject.digest == null
}

else := {
	"code": "subjectMismatch",
	"message": sprintf("%s: the claims are not about this image; ask for the claims of this very name", [image]),
} if {
	not is_about(document, claims.image_name(image))
}

# METADATA
# title: Whether a document is about an image
# description: >-
#   The document's own subject has the name's repository, and its digest where the name has one, else its tag; and
#   what was signed is that subject. A document about a manifest without a name is about no image.
is_about(document, name) if {
	subject := document.subject
	is_string(subject.reference)
	is_in_repository(subject, name)
	is_manifest_of(subject, name)
	every signature in document.signatures {
		claims.is_digest_of_subject(signature.claims.digest, subject.digest)
	}
}

is_in_repository(subject, name) if {
	is_string(subject.registry)
	is_string(subject.repository)
	subject_name := claims.image_name(concat("/", [subject.registry, subject.repository]))
	subject_name == object.union(name, {"tag": null, "digest": null})
}

is_manifest_of(subject, name) if subject.digest == name.digest

is_manifest_of(subject, name) if {
	name.digest == null
	subject.tag == claims.asked_tag(name)
}
