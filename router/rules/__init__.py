"""The rules: one use case per module, each a function from a turn and an event."""
