"""Under which licences everything is that we bring along, and whether it may stand beside the EUPL."""
