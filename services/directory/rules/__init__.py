"""What the directory decides: which organisations there are, who is made up, and when a session is over."""
