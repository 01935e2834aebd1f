"""The part of OR-Tools 9.15 that is used here."""
