"""A telephone for demonstrations and tests: it speaks the provider's API and rings on a page."""
