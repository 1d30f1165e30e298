"""Journeys in a real browser. A package, so that its one Chromium goes when the last of them has run."""
