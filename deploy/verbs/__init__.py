"""What a developer does with the checkout: a file per verb."""
