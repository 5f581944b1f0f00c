"""The gateway process: gRPC doors, one writer that commits in groups, and the event log's watchers."""
