package library.wildcard_expires

on := {"wildcard-expires": {"maxDays": 30, "council": true}}

without_council := {"wildcard-expires": {"maxDays": 30, "council": false}}

# 2026-06-01T22:30:00Z: the second of June in Warsaw already.
now := 1780353000000000000

nobody := {}

grace := {"user:grace": [{"role": "Role/reader", "binding": "RoleBinding/b", "team": null, "expires": null}]}

empty := {"Organization": {}, "Role": {}, "RoleBinding": {}}

acme := {"": {"acme": {"spec": {"timezone": "Europe/Warsaw", "council": ["user:Grace", "group:board"]}}}}

roles := {
	"": {
		"admin": {"spec": {"permissions": ["read:agents", "all:config"]}},
		"owner": {"spec": {"inherits": ["admin"]}},
		"chief": {"spec": {"inherits": ["owner"], "permissions": ["read:users"]}},
		"reader": {"spec": {"permissions": ["read:agents"]}},
	},
	"web": {"own": {"spec": {"permissions": ["all:prompts/web*"]}}, "heir": {"spec": {"inherits": ["own"]}}},
}

world(team, spec) := {"Organization": acme, "Role": roles, "RoleBinding": {team: {"b": {"spec": spec}}}}

endless := world("", {"role": "admin", "subjects": ["user:ana"]})

by_inheritance := world("web", {"role": "chief", "subjects": ["user:ana"]})

of_team := world("web", {"role": "heir", "subjects": ["user:ana"]})

harmless := world("web", {"role": "reader", "subjects": ["user:ana", "user:grace"]})

ends(at) := world("", {"role": "admin", "subjects": ["user:ana"], "expires": at})

last_day := ends("2026-07-02")

day_after := ends("2026-07-03")

last_instant := ends("2026-07-02T00:30:00+02:00")

instant_after := ends("2026-07-02T00:30:01+02:00")

ended := ends("2020-01-01")

unreadable := ends("in a fortnight")

far := ends("9999-12-31T23:59:59Z")

given(subject) := world("", {"role": "reader", "subjects": [subject]})

to_council := given("user:grace")

to_group := given("group:all")

to_board := given("group:board")

to_other := given("user:ana")

council_for_a_time := world("", {"role": "reader", "subjects": ["user:grace"], "expires": "2026-06-20"})

council_wildcard := world("", {"role": "admin", "subjects": ["user:grace"]})

test_a_wildcard_without_end_is_found if {
	deny == {{
		"msg": "`RoleBinding/b` gives `all:config`, and has no end",
		"resource": "RoleBinding/b",
		"path": "/spec/expires",
		"help": "write `expires` with a day at most 30 days ahead, and renew it when it is due",
	}}
		with data.charter.resources as endless
		with data.charter.assignments as nobody
		with data.charter.parameters as on
		with data.charter.now_ns as now
}

test_an_inherited_wildcard_is_found if {
	{found.resource | some found in deny} == {"RoleBinding/web/b"}
		with data.charter.resources as by_inheritance
		with data.charter.assignments as nobody
		with data.charter.parameters as on
		with data.charter.now_ns as now
}

test_a_wildcard_of_a_team_is_found if {
	{found.msg | some found in deny} == {"`RoleBinding/web/b` gives `all:prompts/web*`, and has no end"}
		with data.charter.resources as of_team
		with data.charter.assignments as nobody
		with data.charter.parameters as on
		with data.charter.now_ns as now
}

test_other_roles_may_last if {
	count(deny) == 0
		with data.charter.resources as harmless
		with data.charter.assignments as nobody
		with data.charter.parameters as on
		with data.charter.now_ns as now
}

test_the_last_day_is_the_organisations if {
	count(deny) == 0
		with data.charter.resources as last_day
		with data.charter.assignments as nobody
		with data.charter.parameters as on
		with data.charter.now_ns as now
}

test_the_day_after_is_too_far if {
	{found.msg | some found in deny} == {"`RoleBinding/b` gives `all:config`, and ends more than 30 days ahead"}
		with data.charter.resources as day_after
		with data.charter.assignments as nobody
		with data.charter.parameters as on
		with data.charter.now_ns as now
}

test_an_instant_is_one_everywhere if {
	count(deny) == 0
		with data.charter.resources as last_instant
		with data.charter.assignments as nobody
		with data.charter.parameters as on
		with data.charter.now_ns as now
}

test_the_instant_after_is_too_far if {
	count(deny) == 1
		with data.charter.resources as instant_after
		with data.charter.assignments as nobody
		with data.charter.parameters as on
		with data.charter.now_ns as now
}

test_what_has_ended_gives_nothing if {
	count(deny) == 0
		with data.charter.resources as ended
		with data.charter.assignments as nobody
		with data.charter.parameters as on
		with data.charter.now_ns as now
}

test_an_end_that_nobody_can_read_is_none if {
	count(deny) == 1
		with data.charter.resources as unreadable
		with data.charter.assignments as nobody
		with data.charter.parameters as on
		with data.charter.now_ns as now
}

test_an_end_beyond_the_clock_is_too_far if {
	count(deny) == 1
		with data.charter.resources as far
		with data.charter.assignments as nobody
		with data.charter.parameters as on
		with data.charter.now_ns as now
}

test_days_are_a_parameter if {
	count(deny) == 0
		with data.charter.resources as day_after
		with data.charter.assignments as nobody
		with data.charter.parameters as {"wildcard-expires": {"maxDays": 31, "council": true}}
		with data.charter.now_ns as now
}

test_a_grant_everywhere_to_the_council_is_found if {
	{found.msg | some found in deny} == {
		"`RoleBinding/b` gives `user:grace` of the council `reader` everywhere, and has no end",
	}
		with data.charter.resources as to_council
		with data.charter.assignments as grace
		with data.charter.parameters as on
		with data.charter.now_ns as now
}

test_a_grant_through_a_group_of_a_councillor_is_found if {
	count(deny) == 1
		with data.charter.resources as to_group
		with data.charter.assignments as grace
		with data.charter.parameters as on
		with data.charter.now_ns as now
}

test_a_group_in_the_council_is_of_it if {
	{found.msg | some found in deny} == {
		"`RoleBinding/b` gives `group:board` of the council `reader` everywhere, and has no end",
	}
		with data.charter.resources as to_board
		with data.charter.assignments as nobody
		with data.charter.parameters as on
		with data.charter.now_ns as now
}

test_a_grant_to_others_may_last if {
	count(deny) == 0
		with data.charter.resources as to_other
		with data.charter.assignments as nobody
		with data.charter.parameters as on
		with data.charter.now_ns as now
}

test_a_grant_to_the_council_for_a_time_is_good if {
	count(deny) == 0
		with data.charter.resources as council_for_a_time
		with data.charter.assignments as grace
		with data.charter.parameters as on
		with data.charter.now_ns as now
}

test_a_wildcard_of_the_council_is_found_once if {
	count(deny) == 1
		with data.charter.resources as council_wildcard
		with data.charter.assignments as grace
		with data.charter.parameters as on
		with data.charter.now_ns as now
}

test_the_council_can_be_left_out if {
	count(deny) == 0
		with data.charter.resources as to_council
		with data.charter.assignments as grace
		with data.charter.parameters as without_council
		with data.charter.now_ns as now
}

test_an_empty_organisation_is_good if {
	count(deny) == 0
		with data.charter.resources as empty
		with data.charter.assignments as nobody
		with data.charter.parameters as on
		with data.charter.now_ns as now
}
