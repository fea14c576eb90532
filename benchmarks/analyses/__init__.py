"""How long each analysis takes: conflicts, repairs, why and why not, frontier, alternatives, robustness."""
