"""`piaoda demo`: everything at once, on one machine, with nobody's invoices; a day passes in two minutes.

One rule: what it shows is the product itself. Service and simulator are the ordinary commands in processes of
their own, spoken to over HTTP as a billing system, a tax office and a chat tool would.
"""
