mkdir teams
cp search.yaml "$(printf 'teams/\033[31msearch.yaml')"
rm search.yaml
echo notes > 'teams\notes.txt'
