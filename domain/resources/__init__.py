"""Resources: the URIs of what a cluster holds, and what a read of one tells."""
