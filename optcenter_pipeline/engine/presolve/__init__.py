"""Reductions of a run's model, before Pyomo and the solver see it: each exact, each with a way back."""
