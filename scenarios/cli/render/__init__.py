"""What a planner sees on the terminal, one screen a file. Words and numbers only: readable without colour."""
