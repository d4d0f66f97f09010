"""Everything that must hold before a commit, in the order in which it fails fastest."""
