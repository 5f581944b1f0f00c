"""`make bench-train`: how fast the group learns beside plain TRL, and what share of the machine that is."""
