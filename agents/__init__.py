"""Agents: their states, skills, capacity and statistics. Pure."""
