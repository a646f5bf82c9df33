"""Being told when what a resource URI names has changed: shared watches, judged as reads are."""
