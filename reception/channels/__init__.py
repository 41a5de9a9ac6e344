"""The outside world to a turn and back: chat, phone, text messages, terminal."""
