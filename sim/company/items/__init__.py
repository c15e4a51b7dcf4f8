"""Two engines that play the work items: SimPy processes to read (the reference), and a compiled event loop."""
