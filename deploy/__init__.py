"""How the platform is set up and run: on one bare machine now, elsewhere from the same description."""
