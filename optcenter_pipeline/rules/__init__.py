"""One module a rule type: its row model, how it compiles, its linear rows, how it reads in words."""
