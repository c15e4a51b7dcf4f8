"""The workbench: a local page on which a planner changes a scenario and sees the roadmap and its worth change."""
