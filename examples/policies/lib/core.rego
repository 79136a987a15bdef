package lib.core

import rego.v1

default is_gatekeeper := false

is_gatekeeper if {
	has_field(input, "review")
	has_field(input.review, "object")
}

resource := input.review.object if is_gatekeeper

resource := input if not is_gatekeeper

kind := resource.kind

name := resource.metadata.name

labels := object.get(resource.metadata, "labels", {})

missing_field(obj, field) if not has_field(obj, field)

has_field(obj, field) if not object.get(obj, field, "N_DEFINED") == "N_DEFINED"

format(msg) := {"msg": msg}
