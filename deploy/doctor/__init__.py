"""What is missing, occupied, old, full or slow, in plain words, and what mends it."""
