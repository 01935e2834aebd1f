"""Machinery that knows no domain word: journal, relay, consumers and what else every service needs."""
