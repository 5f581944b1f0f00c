"""Probing: what is known of a student's failures, and the families of probers that look for more; all of it pure."""
