"""The revisions, one file each, in the order of their numbers. Released ones are never changed."""
