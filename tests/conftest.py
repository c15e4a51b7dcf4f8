"""Settings of the whole suite: property tests draw the same examples in every run and have no deadline."""

from hypothesis import settings

settings.register_profile("deterministic", derandomize=True, deadline=None, database=None)
settings.register_profile("search", derandomize=False, deadline=None, max_examples=2_000)
settings.load_profile("deterministic")  # `pytest --hypothesis-profile search` looks for new counter-examples
