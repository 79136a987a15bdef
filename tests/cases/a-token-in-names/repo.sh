token=ghp_abcdefghijklmnopqrstuvwxyz0123456789
git checkout --quiet -b "deploy-$token"
printf 'apiVersion: charter/v1\nkind: Team\nmetadata: {name: web}\nspec: {membres: []}\n' >"$token.yaml"
cp "$token.yaml" other.yaml
