"""How results show themselves in a notebook: tables, and charts of the few kinds that all of them need."""
