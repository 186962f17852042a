"""What each decision changes in the state; `router/apply.py` has the table."""
