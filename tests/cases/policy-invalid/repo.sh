cat > ../names.rego <<'END'
package broken

import data.lib

deny contains "a" if data.inventory.size > 1

deny contains "b" if data.charter.resourcez.Team

deny contains "c" if data.charter.resources.Tean[""].web

deny contains "d" if lib.is_big(input)

deny contains "e" if not_there(input)
END
cat > ../shape.rego <<'END'
package broken

deny if input.kind == "Team"
END
cat > ../charter.rego <<'END'
package charter.resources

deny contains "a" if input.kind == "Team"
END
cat > ../with.rego <<'END'
package broken

deny contains "a" if small with input as {"kind": "Team"}

small if input.kind == "Team"
END
