"""A duel: the grown student beside models that were not grown here, on one frozen exam."""
