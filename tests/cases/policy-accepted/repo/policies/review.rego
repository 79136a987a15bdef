package review

deny contains {"msg": msg, "path": "/metadata/labels/review"} if {
	input.kind == "Team"
	input.metadata.labels.review < substring(data.charter.now, 0, 10)
	msg := sprintf("team %s was to be reviewed", [input.metadata.name])
}
