"""Prompts: which there are, and what they say of a cluster as it is now."""
