"""The conversation itself, pure: no clock, socket, database or model is reached from here."""
