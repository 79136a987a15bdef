package acme.teams

warn contains "a team has contacts" if {
	input.kind == "Team"
	not input.spec.contacts
}
