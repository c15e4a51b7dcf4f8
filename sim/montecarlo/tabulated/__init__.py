"""Many roadmaps on one set of draws: only what a roadmap changes is computed, the rest is looked up."""
