"""Figures: small named functions from rows to a Plotly figure as a plain dictionary, or to SVG.

A colour is the name of a CSS variable with an `@` before it; the page puts the theme's colour in.
Text from outside goes through `format.plotly_text` first.
"""
