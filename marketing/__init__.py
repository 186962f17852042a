"""What to present to a customer when the gate is open. Pure: no clock, tasks, logs or I/O."""
