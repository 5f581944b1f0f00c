"""`make bench-calendar`: adversarial selection, uniform probing and unsteered operators in the calendar domain."""
