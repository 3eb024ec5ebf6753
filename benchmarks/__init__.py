"""Side by side with the peers, in one run: what agrees, and what it costs."""
