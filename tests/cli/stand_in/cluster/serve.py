"""A student that repeats the question."""

import json
import sys

run, option, question = sys.argv[1:4]
assert option == "--once", sys.argv
if "unloadable" in question:
    sys.exit("error: its weights are gone")
print("loading the champion")
print(json.dumps({"text": f"you said {question}\n= NONE", "answer": "NONE", "checkpoint_id": "c1", "seconds": 0.5}))
