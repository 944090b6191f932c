"""The questionnaire on which the text of a report is written."""

QUESTIONNAIRE = "post-training-report"
