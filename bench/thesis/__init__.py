"""Does adversarial selection beat static training at equal cost? One harness, six arms, books of all that each uses."""
