"""Measures how well the desk understands and how whole conversations end."""
