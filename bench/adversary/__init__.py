"""`make bench-adversary`: how many species each way of probing finds at the same number of student calls."""
