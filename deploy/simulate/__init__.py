"""A week of calls against the very triggers that the manifests carry: GPU hours, cost, and who answers."""
