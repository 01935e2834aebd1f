"""Turns the topics into what each viewer may see: a snapshot, and from there on what changed."""
