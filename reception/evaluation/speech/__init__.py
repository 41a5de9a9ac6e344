"""Spoken tests: sentences said by a machine, sent down a telephone line, recognised, and understood."""
