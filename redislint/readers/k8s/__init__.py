"""Kubernetes objects → containers: what manifests, rendered charts and templates share."""
