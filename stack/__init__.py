"""The development stack: what `make run` and the tests start on one machine."""
