"""Prompts: a question about a cluster, asked together with the data that answers it."""
