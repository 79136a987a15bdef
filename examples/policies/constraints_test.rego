package constraints_test

import rego.v1

team(labels) := {"kind": "Team", "metadata": {"name": "web", "labels": labels}, "spec": {}}

group(members) := {"kind": "Group", "metadata": {"name": "sre"}, "spec": {"members": members}}

test_missing_labels if {
	count(data.charterrequiredlabels.violation) == 1 with input as team({})
}

test_a_label_of_another_value if {
	count(data.charterrequiredlabels.violation) == 1 with input as team({"tier": "none"})
}

test_under_review if {
	count(data.charterrequiredlabels.violation) == 1 with input as {"review": {"object": team({})}}
}

test_a_member_from_elsewhere if {
	count(data.charterallowedmembers.violation) == 1 with input as group(["user:acme.ana", "user:evil.bo", "team:web"])
}
