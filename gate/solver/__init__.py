"""Numerical solution of the gate's model. Uses numpy; run it outside the engine's process."""

import os

# The matrices are small: more threads only wait for one another. Read when numpy is first imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
