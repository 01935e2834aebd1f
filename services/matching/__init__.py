"""Suggests who could fill the open slots, with reasons: hints from the whole picture, never truth."""
