"""Who speaks: one file per role, and the model engines that they speak through."""
