# A grant that gives nothing new hides what takes it away: whoever removes the other one leaves this one.
package library.redundant_grants

warn contains finding if {
	some grant in data.charter.redundant
	not is_over(grant)
	finding := {
		"msg": sprintf("`%s` gives `%s` what it has by `%s` already", [grant.binding, grant.subject, grant.by]),
		"resource": grant.binding,
		"path": grant.path,
		"help": sprintf("take `%s` out of `%s`, or what gives it the same", [grant.subject, grant.binding]),
	}
}

is_over(grant) if {
	is_string(grant.expires)
	time.parse_rfc3339_ns(grant.expires) <= data.charter.now_ns
}
