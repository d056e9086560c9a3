"""Tests of the simulated centre."""
