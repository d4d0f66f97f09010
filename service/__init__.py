"""The use-cases: one function each, one visible transaction each."""
