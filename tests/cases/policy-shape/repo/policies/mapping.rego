package mapping

limits["month"] := 100

deny contains "high" if input.spec.limit > limits[input.spec.window]
