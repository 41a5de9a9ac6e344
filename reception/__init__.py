"""A medical reception desk that answers the phone and the web chat on the practice's own hardware."""

__version__ = "0.1.0"
