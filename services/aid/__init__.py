"""Owns incidents and the help that is asked and given for them: everything a claim must check at once."""
