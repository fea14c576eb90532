"""The engine beside raw solvers, instance by instance, each solver in a process of its own."""
