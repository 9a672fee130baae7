"""For those who write or extend guidance: running exemplars and guidance tests."""
