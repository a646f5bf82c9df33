"""Coverage-guided fuzzing of everything that reads a command line; see ``make fuzz``."""
