"""What a run has come to, as one self-contained page and as JSON: `swarm.report.writing` is the way in."""
