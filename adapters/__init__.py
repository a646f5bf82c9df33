"""The technologies behind the ports, one file each; adapters do not know one another."""
