"""A carrier for tests and trials: plays Twilio towards the service, and the callers who use it."""
