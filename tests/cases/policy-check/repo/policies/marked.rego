package marked

warn contains "Windows wrote this" if input.kind == "Nothing"
