"""What is said over a telephone, to which number, and what an answer means: pure."""
