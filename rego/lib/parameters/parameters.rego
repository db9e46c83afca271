# METADATA
# title: Parameters
# description: >-
#   The parameters that the shipped policies share. signers binds identities to the registry that they sign for, as
#   {"<registry>": ["<type>:<store>/<CN>", …]}. Parameters of other names are other policies', and left alone.
package lib.parameters

import data.lib.claims
import data.lib.image_name

# METADATA
# title: Whether the parameters are well formed
# description: At least one identity is bound, every one of them in full, and a flag that is given is true or false.
are_well_formed(value) if {
	is_object(value.signers)
	value.signers != {}
	every registry, identities in value.signers {
		image_name.registry(registry)
		are_identities(identities)
	}
	is_boolean(flag(value, "allow_tags"))
	is_boolean(flag(value, "allow_unknown_revocation"))
}

# METADATA
# title: Whether a value is a list of identities
# description: An empty list is not, since it would bind or require nobody.
are_identities(value) if {
	is_array(value)
	value != []
	every item in value { claims.is_identity(item) }
}

# METADATA
# title: A flag among the parameters
# description: What is given under the name, and false where nothing is.
flag(given, name) := object.get(given, name, false)

# METADATA
# title: The pairs of registry and identity that are bound
# description: A set of [registry, identity], with registries as lib.image_name gives them.
bindings(given) := {[registry, identity] |
	some host, identities in given.signers
	registry := image_name.registry(host)
	some identity in identities
}
