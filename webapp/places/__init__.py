"""The dated administrative tree.

A place belongs to a country, has an official code, a kind (county, district, banner) and so a level (province,
city, county), and one parent or none. Levels and kinds are declared by each country; a place may skip a level.
A place keeps its present state in `places` and every earlier state in `place_spells`, so that the tree as it stood
on a day can be read and a past total never changes.
"""
