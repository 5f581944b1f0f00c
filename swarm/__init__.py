"""The words and the service: records, config, domains, exchange, gateway, client, statistics, CLI."""
