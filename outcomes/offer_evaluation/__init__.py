"""What another ranking of products would have earned, estimated from a journal."""
