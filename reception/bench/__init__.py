"""Measures the desk's speed and memory against other ways to use the same file, and against the floor."""
