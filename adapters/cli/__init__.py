"""The command line: what is asked for, and how answers are printed."""
