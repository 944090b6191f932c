"""Questionnaires: definitions of worksheets, surveys and long documents, and the rules of their values.

A *questionnaire* is read from a text file into an immutable object with a *revision*. A *path* names one value of a
filled-in copy: a field, a row of a table, a cell. *Normalising* a value gives its one stored form; *checking* it says
in a sentence what is wrong with it. Conditions and calculations are *expressions*, evaluated alike here and on the page.
"""
