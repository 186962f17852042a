"""The running service: clock, runner, wiring and command line."""
