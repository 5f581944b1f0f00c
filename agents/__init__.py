"""Who speaks: one file per role, and the model engines that roles speak through."""
