"""The pages of the documentation; `docs.build` makes what in them is made."""
