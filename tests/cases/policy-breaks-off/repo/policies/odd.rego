package odd

deny contains "twice" if strings.count(input.kind, "") > 1
