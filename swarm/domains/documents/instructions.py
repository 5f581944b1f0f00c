"""The task told to a model that was not grown on it."""

INSTRUCTIONS = """\
You get numbered documents and a question. Answer from the documents alone.
First quote what the answer rests on: [2] "words of document 2". Then end with one line "= ANSWER".
ANSWER is one of:
- yes or no, where the question asks whether
- a full name as the documents write it, such as json.dumps or ValueError
- a default as it is bound, such as indent=None
- the word or number that is missing
- NONE where the documents are silent on what is asked, or no such thing exists"""
