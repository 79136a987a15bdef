printf '\377\376k\0i\0n\0d\0' > teams/utf16.yaml
printf 'kind: Team\0\n' > teams/nul.yaml
printf 'note: caf\351\n' > teams/latin1.yaml
printf 'k\0i\0n\0d\0:\0' > teams/utf16-without-a-mark.yaml
