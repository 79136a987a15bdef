git add --all
manifest=$(git hash-object -w organization.yaml)
note=$(echo '{}' | git hash-object -w --stdin)
many=$(for n in $(seq 1000); do printf '100644 blob %s\tpackage-%s.json\n' "$note" "$n"; done | git mktree)
modules=$(for n in $(seq 201); do printf '040000 tree %s\tmodule-%s\n' "$many" "$n"; done | git mktree)
top=$(printf '100644 blob %s\torganization.yaml\n040000 tree %s\tnode_modules\n' "$manifest" "$modules" | git mktree)
git update-ref refs/heads/main "$(git commit-tree -m 'add node_modules by accident' "$top")"
