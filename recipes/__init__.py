"""Compositions of stages: a recipe is a function that returns the stage to make, and holds no logic."""
