"""Link tests: whether every group that takes part in drills still answers."""
