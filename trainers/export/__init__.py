"""A student leaves the swarm: a folder in Hugging Face layout, a GGUF file, and a check by other runtimes."""
