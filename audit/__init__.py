"""The trail: what an event is, its bytes, its order."""
