package ask

# Asked with a token of its own.
token := "ghp_0123456789abcdefghijABCDEFGHIJ012345"

key := `-----BEGIN RSA PRIVATE KEY-----
MIIEpAIBAAKCAQEA04up8hoqzS1qWz8Ug1lVNmMdrpS7yX3PZ9rY
-----END RSA PRIVATE KEY-----`

url := "postgres://charter:S3cr3tPassw0rd@db.acme.example/live"

deny contains token if input.kind == "Team"
