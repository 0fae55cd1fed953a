"""Stories played from outside, as people would: say, tap, see, and hear nothing where nothing should be heard."""
