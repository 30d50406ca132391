"""The shared cache: what it holds and for how long, and what is done while Redis is away. docs/caching.md."""
