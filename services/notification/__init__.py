"""Reaches people by telephone: calls and hears what was keyed, sends texts, and keeps the receipts."""
