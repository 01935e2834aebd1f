"""The version of everything that is published for others: HTTP, topics and the websocket."""

from typing import Final

VERSION: Final = "0.1.0"
"""Semantic; the header API-Version of every answer. The same number stands in pyproject.toml."""
