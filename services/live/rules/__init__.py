"""What is shown to whom, decided from newest states alone."""
