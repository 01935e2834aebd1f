"""What the domain allows: pure decisions, readable without knowing any of the machinery."""
