package out

deny contains "asked" if {
	http.send({"method": "get", "url": "https://acme.example/"}).status_code == 200
}

deny contains "late" if late

late if time.now_ns() > 1

deny contains "typed" if startswit(input.kind, "T")

deny contains "far" if {
	some n in numbers.range(1, input.spec.limit)
	n < 0
}
