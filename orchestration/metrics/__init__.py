"""Policy metrics as pure functions: no input or output, no clock, no environment.

Functions on floats are formulas. Functions on `Quantity` are metrics: they refuse mixed ratios and return `Bounded`. `catalogue` lists the metrics
and their cards.
"""
