"""Owns organisations, people, contacts and sessions."""
