"""Natural-language inference as adversaries see it: its phenomena, and operators whose new labels are known by rule.

Nothing here reads a file or a model. A labelled domain names it in its TOML, as
`operators = ["swarm.domains.nli.operators:operators"]` and
`subdomain.function = "swarm.domains.nli.phenomena:phenomenon"`.
"""
