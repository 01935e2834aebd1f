"""Fires the deadlines that stand in other services' states: it decides nothing and owns nothing."""
