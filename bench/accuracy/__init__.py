"""How many values of pages with a known truth a real model gives, through the product and without.

`pages` are the pages, `scoring` compares values, `pipeline` runs pages, `report` prints.
"""
