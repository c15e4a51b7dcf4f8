"""The report of a run: figures that are computed once with the plan, charts, sentences, and the page."""
