"""What is suggested and why: pure, from the newest states alone."""
