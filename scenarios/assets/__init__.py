"""Asset registers: a CSV file of what a business owns, read with care, becomes systems of a scenario."""
