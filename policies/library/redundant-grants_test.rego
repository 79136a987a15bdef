package library.redundant_grants

# 2026-06-01T00:00:00Z
now := 1780272000000000000

given := {
	"subject": "user:ana",
	"binding": "RoleBinding/web/b",
	"path": "/spec/subjects/1",
	"by": "RoleBinding/web/a",
}

test_what_is_given_already_is_found if {
	warn == {{
		"msg": "`RoleBinding/web/b` gives `user:ana` what it has by `RoleBinding/web/a` already",
		"resource": "RoleBinding/web/b",
		"path": "/spec/subjects/1",
		"help": "take `user:ana` out of `RoleBinding/web/b`, or what gives it the same",
	}}
		with data.charter.redundant as [given]
		with data.charter.now_ns as now
}

test_what_ends_later_is_found if {
	count(warn) == 1
		with data.charter.redundant as [object.union(given, {"expires": "2026-06-01T00:00:01Z"})]
		with data.charter.now_ns as now
}

test_what_has_ended_is_left_alone if {
	count(warn) == 0
		with data.charter.redundant as [object.union(given, {"expires": "2026-06-01T00:00:00Z"})]
		with data.charter.now_ns as now
}

test_an_organisation_without_any_is_good if {
	count(warn) == 0
		with data.charter.redundant as []
		with data.charter.now_ns as now
}
