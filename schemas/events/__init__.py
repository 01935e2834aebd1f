"""One file per aggregate: the full state that its event carries."""
