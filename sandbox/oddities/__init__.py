"""Oddities: answers that differ from the contract and that a generous client still understands."""
