{
    echo 'apiVersion: charter/v1'
    echo 'kind: Team'
    echo 'metadata: {name: search}'
    printf 'spec: {settings: {deep: '
    printf '%100000s' '' | tr ' ' '['
    printf '%100000s' '' | tr ' ' ']'
    echo '}}'
} > search.yaml
