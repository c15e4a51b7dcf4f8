"""What of the documentation is made by a program: the reference, the scenario of the walk, shown output, pictures."""
