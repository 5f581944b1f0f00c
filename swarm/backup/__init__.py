"""Backups of a run: taken while it serves, verified, and restored as a new incarnation."""
