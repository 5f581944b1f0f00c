"""The calls of a client of the gateway, by what they talk about."""
