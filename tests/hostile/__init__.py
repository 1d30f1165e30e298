"""Texts that were made to do harm, in every place that takes a text."""
