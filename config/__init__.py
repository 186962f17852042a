"""Settings with units and bounds, and the loader that explains what is wrong."""
