"""Where it runs: supervisor, actors, launch, manifests."""
