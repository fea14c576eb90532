"""snapshot → pool → linear rows → Pyomo model → stages → result."""
