"""`make bench-recipes`: every recipe on the same corrections and the same budget of training tokens."""
