# Names follow the house's patterns, a regular expression a kind.
package library.naming

patterns := data.charter.parameters.naming.patterns

deny contains finding if {
	pattern := patterns[input.kind]
	is_pattern(pattern)
	not regex.match(whole(pattern), input.metadata.name)
	finding := {
		"msg": sprintf("`%s` is no name for a %s here", [input.metadata.name, input.kind]),
		"path": "/metadata/name",
		"help": sprintf("choose a name that matches `%s` from its first to its last letter", [pattern]),
	}
}

# A pattern that cannot be read would find nothing: it is wrong itself.
deny contains finding if {
	input.kind == "Organization"
	some kind, pattern in patterns
	not is_pattern(pattern)
	finding := {
		"msg": sprintf("`%s`, the pattern of %s, is no regular expression", [pattern, kind]),
		"path": sprintf("/spec/policies/naming/patterns/%s", [kind]),
		"help": "write a regular expression without look-around and back-references",
	}
}

# Valid by itself: what closes a bracket that it did not open is not.
is_pattern(pattern) if {
	regex.is_valid(pattern)
	regex.is_valid(whole(pattern))
}

whole(pattern) := sprintf("^(?:%s)$", [pattern])
