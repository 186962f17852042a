"""What tidegate bench measures."""
