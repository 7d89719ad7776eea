"""What `make` runs: it gets what the project needs, and starts the demo, the tests, the pictures."""
