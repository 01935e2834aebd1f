"""What the directory decides: who works where, who gets in by what, and whose own IT is believed: pure."""
