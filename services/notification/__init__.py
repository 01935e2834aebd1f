"""Reaches people: calls and hears what was keyed, sends texts and push messages, and keeps the receipts."""
