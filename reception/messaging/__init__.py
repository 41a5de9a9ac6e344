"""Text messages: what is sent, when and to whom; sending it once; and what comes back."""
