"""Domains of labelled data: a JSONL file and a short TOML file make one."""
