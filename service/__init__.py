"""The use cases: one function and one visible transaction each."""
