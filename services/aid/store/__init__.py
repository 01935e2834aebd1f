"""Where `aid` keeps its aggregates: locking, loading and writing them in one transaction."""
