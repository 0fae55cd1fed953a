"""来报: what people send, as drafts and reports; opens an incident. Nothing sent is ever thrown away."""
