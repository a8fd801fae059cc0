"""Reproducible zips of the functions for AWS Lambda, made without Docker."""
