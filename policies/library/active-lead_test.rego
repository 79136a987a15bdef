package library.active_lead

# 2026-06-01T22:30:00Z: the second of June in Warsaw already.
now := 1780353000000000000

zone := {"": {"acme": {"spec": {"timezone": "Europe/Warsaw"}}}}

empty := {"Organization": zone, "Team": {}, "Group": {}, "Membership": {}}

world(team, groups, memberships) := {
	"Organization": zone,
	"Team": {"": {"web": {"spec": team}, "ops": {"spec": {"leads": ["user:bo"], "members": ["user:Bo"]}}}},
	"Group": groups,
	"Membership": {"web": {"more": {"spec": {"members": memberships}}}},
}

led := world({"leads": ["user:Ana"], "members": ["user:ana"]}, {}, [])

without := world({"members": ["user:ana"]}, {}, [])

stranger := world({"leads": ["user:cy"], "members": ["user:ana"]}, {}, [])

agent := world({"leads": ["agent:etl"], "members": ["agent:etl"]}, {}, [])

joining := world({"leads": ["user:ana"]}, {}, ["user:ana"])

until(day) := world({"leads": ["user:ana"]}, {}, [{"subject": "user:ana", "until": day}])

today := until("2026-06-02")

yesterday := until("2026-06-01")

instant := until("2026-06-01T22:30:01Z")

instant_over := until("2026-06-01T22:30:00Z")

for_good := world({"leads": ["user:ana"]}, {}, [{"subject": "user:ana"}])

two := world(
	{"leads": ["user:ana", "user:cy"], "members": ["user:cy"]},
	{},
	[{"subject": "user:ana", "until": "2020-01-01"}],
)

nested := world(
	{"leads": ["user:ana"], "members": ["group:all"]},
	{"": {"all": {"spec": {"members": ["group:some"]}}, "some": {"spec": {"members": ["user:Ana"]}}}},
	[],
)

own_group := world(
	{"leads": ["user:ana"]},
	{"web": {"own": {"spec": {"members": ["user:ana"]}}}},
	["group:own"],
)

# A Team document sees the organisation's groups alone.
unseen := world(
	{"leads": ["user:ana"], "members": ["group:own"]},
	{"web": {"own": {"spec": {"members": ["user:ana"]}}}},
	[],
)

other_team := world({"leads": ["user:bo"], "members": ["team:ops"]}, {}, [])

people(ana, cy) := {"Person": {"": {
	"ana": {"spec": {"ids": ["user:Ana"], "status": ana}},
	"bo": {"spec": {"ids": ["user:bo"]}},
	"cy": {"spec": {"ids": ["user:cy"], "status": cy}},
}}}

on_leave := object.union(led, people("leave", "active"))

one_left := object.union(two_here, people("left", "active"))

two_here := world({"leads": ["user:ana", "user:cy"], "members": ["user:ana", "user:cy"]}, {}, [])

test_a_lead_who_is_a_member_is_good if {
	count(deny) == 0 with data.charter.resources as led with data.charter.now_ns as now
}

test_a_team_without_lead_is_found if {
	deny == {{
		"msg": "team `web` has no lead",
		"resource": "Team/web",
		"path": "/spec/leads",
		"help": "name a user who leads the team and is a member of it, without an end or until a later day",
	}}
		with data.charter.resources as without
		with data.charter.now_ns as now
}

test_a_stranger_leads_nobody if {
	{found.msg | some found in deny} == {"no lead of team `web` is a member of it now"}
		with data.charter.resources as stranger
		with data.charter.now_ns as now
}

test_an_agent_leads_nobody if {
	count(deny) == 1 with data.charter.resources as agent with data.charter.now_ns as now
}

test_a_lead_who_joined_is_good if {
	count(deny) == 0 with data.charter.resources as joining with data.charter.now_ns as now
}

test_the_last_day_is_the_organisations if {
	count(deny) == 0 with data.charter.resources as today with data.charter.now_ns as now
}

test_a_membership_that_ended_is_none if {
	count(deny) == 1 with data.charter.resources as yesterday with data.charter.now_ns as now
}

test_an_instant_is_one_everywhere if {
	count(deny) == 0 with data.charter.resources as instant with data.charter.now_ns as now
}

test_an_instant_that_came_is_over if {
	count(deny) == 1 with data.charter.resources as instant_over with data.charter.now_ns as now
}

test_a_membership_without_end_does_not_end if {
	count(deny) == 0 with data.charter.resources as for_good with data.charter.now_ns as now
}

test_one_lead_of_two_is_enough if {
	count(deny) == 0 with data.charter.resources as two with data.charter.now_ns as now
}

test_a_member_of_a_group_in_a_group_is_a_member if {
	count(deny) == 0 with data.charter.resources as nested with data.charter.now_ns as now
}

test_a_membership_finds_the_groups_of_its_team if {
	count(deny) == 0 with data.charter.resources as own_group with data.charter.now_ns as now
}

test_a_team_does_not_find_its_groups if {
	count(deny) == 1 with data.charter.resources as unseen with data.charter.now_ns as now
}

test_a_member_of_a_team_in_the_team_is_a_member if {
	count(deny) == 0 with data.charter.resources as other_team with data.charter.now_ns as now
}

test_a_lead_on_leave_leads_nobody if {
	{found.msg | some found in deny} == {"who leads team `web` is on leave or left: `user:ana`"}
		with data.charter.resources as on_leave
		with data.charter.now_ns as now
}

test_a_lead_beside_one_who_left_is_enough if {
	count(deny) == 0 with data.charter.resources as one_left with data.charter.now_ns as now
}

test_an_empty_organisation_is_good if {
	count(deny) == 0 with data.charter.resources as empty with data.charter.now_ns as now
}
