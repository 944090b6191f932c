"""Post-training reports: figures taken from the record of a training, and what its trainers write to them.

The narrative is a response sheet, so that it is saved as it is written and two may write at once; the figures are frozen
with their cut-off when the report is submitted; each edition that was published stays as it was.
"""
