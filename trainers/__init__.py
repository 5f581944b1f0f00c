"""Who learns: the Ray Train group, and one file per recipe."""
