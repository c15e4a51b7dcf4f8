"""The stated finite set of decisions that information and robustness choose from, and what each is worth by drivers."""
