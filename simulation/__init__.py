"""Recorded days, the demo that replays one, and the load generator."""
