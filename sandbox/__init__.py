"""A stand-alone Campaign Master for demos and tests: the wire contract over HTTP.

It shares no code with any connector, so that both sides can be tested against one contract.
"""
