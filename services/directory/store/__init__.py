"""Where the directory keeps what it owns, and what leaves with a backup and comes back."""
