"""What is true without any I/O: commands, grammars, policy, results. attrs only, synchronous."""
