"""Owns organisations, people and how they are reached, and everything by which they get in."""
