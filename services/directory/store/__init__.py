"""Where the directory keeps organisations, people, contacts and sessions."""
