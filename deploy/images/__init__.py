"""Our one container image, and what runs in it once before the services do."""
