"""The promises of swarm.statistics, put to the test by simulation under adversarial conditions."""
