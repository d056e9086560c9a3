"""Tests: a mirror of the source tree, plus oracles, generators and whole-way tests."""
