"""Collections policy, notices and the suspension workflow."""
