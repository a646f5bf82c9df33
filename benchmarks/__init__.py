"""Speed and memory, measured in one run as ratios to bare programs; never asserted in tests."""
