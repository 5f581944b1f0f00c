"""Code generated from proto/swarm/v1 by proto/generate.sh; only the codec and the gRPC edge import it."""
