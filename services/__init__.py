"""The microservices, and the machinery they share (`runtime`)."""
