"""Jobs over the stages, the resources that they run with, and the Dagster instance that remembers them."""
