"""graph/types/base: to be described."""
