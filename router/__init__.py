"""The routing engine: events in, decisions out, state as the sum of decisions. Pure."""
