package library.wildcard_expires

# 2026-06-01T00:00:00Z
now := 1780272000000000000

organisation := {
	"now_ns": now,
	"parameters": {"wildcard-expires": {"maxDays": 30}},
	"resources": {"Role": {"": {
		"admin": {"spec": {"permissions": ["all:agents"]}},
		"deputy": {"spec": {"inherits": ["admin"], "permissions": []}},
		"reader": {"spec": {"permissions": ["read:agents"]}},
		"prefix": {"spec": {"permissions": ["read:agents/prod-*"]}},
	}}},
}

binding(role) := {"kind": "RoleBinding", "metadata": {"name": "b"}, "spec": {"role": role, "subjects": ["user:ana"]}}

until(role, expires) := object.union(binding(role), {"spec": {"expires": expires}})

test_without_an_end if {
	count(deny) == 1 with input as binding("admin") with data.charter as organisation
}

test_too_late if {
	count(deny) == 1 with input as until("admin", "2026-12-31") with data.charter as organisation
}

test_soon_enough if {
	count(deny) == 0 with input as until("admin", "2026-06-30") with data.charter as organisation
}

test_at_an_instant if {
	count(deny) == 0 with input as until("admin", "2026-06-30T12:00:00Z") with data.charter as organisation
}

test_inherited if {
	count(deny) == 1 with input as binding("deputy") with data.charter as organisation
}

test_a_prefix if {
	count(deny) == 1 with input as binding("prefix") with data.charter as organisation
}

test_a_plain_role_needs_no_end if {
	count(deny) == 0 with input as binding("reader") with data.charter as organisation
}
