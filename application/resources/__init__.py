"""The cluster as resources: reads, lists and completes URIs, all of it through ``RunCommand``."""
