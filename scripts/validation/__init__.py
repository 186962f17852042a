"""What the validation scripts share, and what `scripts/validate_simulation.py` checks."""
