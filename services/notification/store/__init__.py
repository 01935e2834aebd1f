"""Where `notification` keeps what it did."""
