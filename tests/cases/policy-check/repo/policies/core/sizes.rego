package core

denies contains "y" if count(input.metadata.name) > 80
