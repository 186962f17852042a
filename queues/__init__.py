"""Contact queues: waiting lines, wait forecast, metrics. Pure."""
