package library.admin_count

on := {"admin-count": {"roles": ["platform_admin"], "min": 2, "max": 3}}

two_roles := {"admin-count": {"roles": ["platform_admin", "auditor"], "min": 2, "max": 3}}

# 2026-06-01T00:00:00Z
now := 1780272000000000000

world := {
	"Organization": {"": {"acme": {"spec": {}}}},
	"Role": {"": {
		"platform_admin": {"spec": {"permissions": ["all:config"]}},
		"owner": {"spec": {"inherits": ["platform_admin"]}},
		"auditor": {"spec": {"permissions": ["read:config"]}},
	}},
}

nowhere := {"Organization": {}, "Role": {}}

everywhere(role) := {"role": sprintf("Role/%s", [role]), "binding": "RoleBinding/b", "team": null, "expires": null}

admin := everywhere("platform_admin")

of_team := {"role": "Role/platform_admin", "binding": "RoleBinding/web/b", "team": "web", "expires": null}

ended := {"role": "Role/platform_admin", "binding": "RoleBinding/e", "team": null, "expires": "2026-05-31T22:00:00Z"}

nobody := {}

one := {"user:ana": [admin, admin]}

two := {"user:ana": [admin], "user:bo": [admin]}

three := {"user:ana": [admin], "user:bo": [admin], "user:cy": [admin]}

four := {"user:ana": [admin], "user:bo": [admin], "user:cy": [admin], "user:di": [everywhere("owner")]}

one_ended := {"user:ana": [admin], "user:bo": [ended]}

renewed := {"user:ana": [admin], "user:bo": [ended, admin]}

one_of_team := {"user:ana": [admin], "user:bo": [of_team]}

one_agent := {"user:ana": [admin], "agent:etl": [admin], "service:ci": [admin]}

one_of_each := {"user:ana": [admin], "user:bo": [everywhere("auditor")]}

test_fewer_than_the_least_are_found if {
	deny == {{
		"msg": "users who hold `platform_admin` everywhere: 1 now, fewer than 2",
		"resource": "Organization/acme",
		"path": "/spec/policies/admin-count",
		"help": "bind it to one more user without a team, before somebody is away",
	}}
		with data.charter.resources as world
		with data.charter.assignments as one
		with data.charter.parameters as on
		with data.charter.now_ns as now
}

test_nobody_is_too_few if {
	count(deny) == 1
		with data.charter.resources as world
		with data.charter.assignments as nobody
		with data.charter.parameters as on
		with data.charter.now_ns as now
}

test_the_least_is_enough if {
	count(deny) == 0
		with data.charter.resources as world
		with data.charter.assignments as two
		with data.charter.parameters as on
		with data.charter.now_ns as now
}

test_the_most_is_not_too_many if {
	count(deny) == 0
		with data.charter.resources as world
		with data.charter.assignments as three
		with data.charter.parameters as on
		with data.charter.now_ns as now
}

test_more_than_the_most_are_found_and_who_inherits_counts if {
	{found.msg | some found in deny} == {"users who hold `platform_admin` everywhere: 4 now, more than 3"}
		with data.charter.resources as world
		with data.charter.assignments as four
		with data.charter.parameters as on
		with data.charter.now_ns as now
}

test_what_has_ended_does_not_count if {
	count(deny) == 1
		with data.charter.resources as world
		with data.charter.assignments as one_ended
		with data.charter.parameters as on
		with data.charter.now_ns as now
}

test_what_was_given_again_counts if {
	count(deny) == 0
		with data.charter.resources as world
		with data.charter.assignments as renewed
		with data.charter.parameters as on
		with data.charter.now_ns as now
}

test_the_admin_of_one_team_does_not_count if {
	count(deny) == 1
		with data.charter.resources as world
		with data.charter.assignments as one_of_team
		with data.charter.parameters as on
		with data.charter.now_ns as now
}

test_agents_and_services_do_not_count if {
	count(deny) == 1
		with data.charter.resources as world
		with data.charter.assignments as one_agent
		with data.charter.parameters as on
		with data.charter.now_ns as now
}

test_several_roles_are_counted_together if {
	count(deny) == 0
		with data.charter.resources as world
		with data.charter.assignments as one_of_each
		with data.charter.parameters as two_roles
		with data.charter.now_ns as now
}

test_without_an_organisation_there_is_nothing_to_say if {
	count(deny) == 0
		with data.charter.resources as nowhere
		with data.charter.assignments as nobody
		with data.charter.parameters as on
		with data.charter.now_ns as now
}
