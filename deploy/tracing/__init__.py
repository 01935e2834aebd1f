"""Follows one id from the command to the topics, and says why somebody was asked."""
