"""The web page: what a person sees and does in Campaign Master, and the switches for faults."""
