"""Plans again when anything changes, hints at once about what is new, and says only what differs."""
