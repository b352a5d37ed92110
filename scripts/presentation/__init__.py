"""From what operations return to lines for people. Pure: no console, no clock; every function answers rich text or text."""
