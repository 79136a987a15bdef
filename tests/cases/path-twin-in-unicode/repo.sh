cp notes.txt "$(printf 'caf\303\251.txt')"
cp notes.txt "$(printf 'cafe\314\201.txt')"
