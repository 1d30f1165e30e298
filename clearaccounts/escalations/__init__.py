"""Escalations to Microsoft: the vehicles, the use of support plans, the requests behind it, the case rate."""
