"""What roadmaps do for the goals: simulated, judged by goal, summed by weight, reported."""
