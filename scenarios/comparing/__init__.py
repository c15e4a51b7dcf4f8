"""Arms side by side: what is compared, paired differences, dominance, regret, and what explains a difference."""
