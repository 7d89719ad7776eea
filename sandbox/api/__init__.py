"""The contract over HTTP: from a request to the answer, with all that is checked in between."""
