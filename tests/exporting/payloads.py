"""Texts that a spreadsheet, a PDF reader or a careless writer could take for something else than text."""

from __future__ import annotations

FORMULAS = [
    "=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "\uff1d1+1", "\uff0b1", "\uff0d1", "\uff20x",
    " =1", "\u00a0=1", "\ufeff=1", "\u200b=1", "  \t=1", '"=1"', "'=1", "''=1", "|calc", "=cmd|' /C calc'!A0",
    "a;=1+1", "a,=1+1", "a\t=1+1", "a\n=1+1", "a\r\n=1+1", 'x";=1;"', 'x",=1,"', "=HYPERLINK(\"http://x.example\")",
    "+44 20 7946 0000", "-", "=", "@", "a; \u200b=1", "\u201c=1\u201d", "\u2003+1",
]
# What a workbook's writer could take for a link, a number, a formula of an array, or its own markup.
DISGUISES = [
    "https://x.example", "mailto:a@x.example", "internal:Sheet1!A1", "external:c:\\x.xlsx", "0012", "1e5", "1-30", "TRUE", "{=1+1}",
    '<r></r></is></c><c r="Z9"><f>1+1</f></c><c><is><r></r>', "<r><t>a</t></r>", "<r>\n</r>", "<b>bold</b>", "&amp;", "**bold**",
    "_x003D_1+1", "]]>", "a\x01b",
]
