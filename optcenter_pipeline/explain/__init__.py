"""Why an answer is as it is, and what else could have been: analyses of one run's snapshot."""
