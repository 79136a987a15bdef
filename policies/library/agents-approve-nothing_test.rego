package library.agents_approve_nothing

on := {"agents-approve-nothing": {"actions": ["manage"], "roles": []}}

roles_too := {"agents-approve-nothing": {"actions": [], "roles": ["reviewer"]}}

# 2026-06-01T00:00:00Z
now := 1780272000000000000

roles := {"Role": {
	"": {
		"developer": {"spec": {"permissions": ["read:agents", "write:prompts"]}},
		"lead": {"spec": {"inherits": ["developer"], "permissions": ["manage:team_budget", "manage:agents"]}},
		"head": {"spec": {"inherits": ["lead"]}},
		"admin": {"spec": {"permissions": ["all:config"]}},
		"reviewer": {"spec": {"permissions": ["read:prompts"]}},
		"senior": {"spec": {"inherits": ["reviewer"]}},
		"empty": {"spec": {}},
	},
	"web": {"local": {"spec": {"permissions": ["manage:prompts/web*"]}}},
}}

no_roles := {"Role": {}}

held_by(role, expires) := {"role": role, "binding": "RoleBinding/web/b", "team": "web", "expires": expires}

lead := {"agent:etl": [held_by("Role/lead", null)]}

service := {"service:ci": [held_by("Role/head", null)]}

admin := {"agent:etl": [held_by("Role/admin", null)]}

local := {"agent:etl": [held_by("Role/web/local", null)]}

developer := {"agent:etl": [held_by("Role/developer", null), held_by("Role/empty", null)]}

user := {"user:ana": [held_by("Role/lead", null), held_by("Role/reviewer", null)]}

ended := {"agent:etl": [held_by("Role/lead", "2026-06-01T00:00:00Z")]}

ends_later := {"agent:etl": [held_by("Role/lead", "2026-06-01T00:00:01Z")]}

senior := {"agent:etl": [held_by("Role/senior", null), held_by("Role/lead", null), held_by("Role/admin", null)]}

nobody := {}

test_an_agent_that_may_approve_is_found if {
	deny == {{
		"msg": "`agent:etl` may `manage:agents` by `lead`, and only people approve",
		"resource": "RoleBinding/web/b",
		"path": "/spec/subjects",
		"help": "take `agent:etl` out, or bind a role that may only read, write and execute",
	}}
		with data.charter.resources as roles
		with data.charter.assignments as lead
		with data.charter.parameters as on
		with data.charter.now_ns as now
}

test_a_service_that_inherits_it_is_found if {
	count(deny) == 1
		with data.charter.resources as roles
		with data.charter.assignments as service
		with data.charter.parameters as on
		with data.charter.now_ns as now
}

test_all_is_every_action if {
	{found.msg | some found in deny} == {"`agent:etl` may `all:config` by `admin`, and only people approve"}
		with data.charter.resources as roles
		with data.charter.assignments as admin
		with data.charter.parameters as on
		with data.charter.now_ns as now
}

test_a_role_of_a_team_is_found if {
	count(deny) == 1
		with data.charter.resources as roles
		with data.charter.assignments as local
		with data.charter.parameters as on
		with data.charter.now_ns as now
}

test_other_permissions_are_good if {
	count(deny) == 0
		with data.charter.resources as roles
		with data.charter.assignments as developer
		with data.charter.parameters as on
		with data.charter.now_ns as now
}

test_users_approve if {
	count(deny) == 0
		with data.charter.resources as roles
		with data.charter.assignments as user
		with data.charter.parameters as {"agents-approve-nothing": {"actions": ["manage"], "roles": ["reviewer"]}}
		with data.charter.now_ns as now
}

test_what_has_ended_is_not_held if {
	count(deny) == 0
		with data.charter.resources as roles
		with data.charter.assignments as ended
		with data.charter.parameters as on
		with data.charter.now_ns as now
}

test_what_ends_later_is_held if {
	count(deny) == 1
		with data.charter.resources as roles
		with data.charter.assignments as ends_later
		with data.charter.parameters as on
		with data.charter.now_ns as now
}

test_roles_alone_may_be_named if {
	{found.msg | some found in deny} == {"`agent:etl` holds `reviewer`, and only people approve"}
		with data.charter.resources as roles
		with data.charter.assignments as senior
		with data.charter.parameters as roles_too
		with data.charter.now_ns as now
}

test_an_empty_organisation_is_good if {
	count(deny) == 0
		with data.charter.resources as no_roles
		with data.charter.assignments as nobody
		with data.charter.parameters as on
		with data.charter.now_ns as now
}
