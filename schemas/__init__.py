"""Everything that crosses a process boundary: states, envelopes, topics, visibility and what live says."""
