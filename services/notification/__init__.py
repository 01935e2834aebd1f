"""Reaches people by telephone: places calls, hears what was keyed, and keeps the receipts."""
