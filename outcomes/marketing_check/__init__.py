"""Marketing checked from the journal alone, by code that shares nothing with `marketing/`."""
