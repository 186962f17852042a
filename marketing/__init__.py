"""Marketing: what may be presented to whom, and in which order. Pure."""
