"""From a patient's words to a frame: prompt, grammar, and the code that turns spans into values."""
