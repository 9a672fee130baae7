"""The kit for those who write, extend or embed guidance: strategies, properties, a pytest plugin, and guidance tests run."""
