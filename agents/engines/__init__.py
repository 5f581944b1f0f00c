"""The model engines that roles speak through."""
