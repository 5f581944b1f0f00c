"""Faults against a real gateway with real clients, and a checker of the histories that they write."""
