"""Customers: the store of what is known of them, and its imports."""
