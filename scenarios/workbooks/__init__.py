"""Scenarios and results as Excel workbooks: what lies where, writing, reading, and the import of asset registers."""
