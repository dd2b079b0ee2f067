"""`piaoda drill SCENARIO`: a bad day, played on purpose, and an honest account of who would have noticed.

One rule: it knows what it hid, and the service does not. What the service says is taken from its API alone, as a
person would see it; what was true is taken from the simulated tax system.
"""
