"""The gate: when an agent's time is better spent marketing than waiting for a contact. Pure."""
