"""The journal, its snapshots, and the outcomes people query."""
