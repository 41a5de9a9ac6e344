"""Deterministic readers of spoken and typed dates, times, names, numbers and choices."""
