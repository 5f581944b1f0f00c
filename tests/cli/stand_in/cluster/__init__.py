"""Stands in for the cluster in tests of the command line: no Ray, no model, but a real gateway."""
