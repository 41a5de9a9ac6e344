"""The practice in its own hands: settings as forms, a draft that is tried and published, words, takeover."""
