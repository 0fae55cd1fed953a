"""Everything that is to be read by somebody, as rows, and the one sender that ships it."""
