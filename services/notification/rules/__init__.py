"""Who is called, texted or sent a push message, in which words, and what an answer means: pure."""
