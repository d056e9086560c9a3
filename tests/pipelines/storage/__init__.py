"""Tests of where data is kept, and of what is left when a run is killed."""
