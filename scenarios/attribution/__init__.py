"""What a roadmap is worth, divided among its initiatives: coalitions, Shapley values, pairs, report."""
