mkdir exports
head -c 9000000 /dev/zero | tr '\0' ' ' > exports/members.json
head -c 9000000 /dev/zero | tr '\0' ' ' > exports/members.txt
