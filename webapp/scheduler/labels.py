"""What each job does, in words."""

from __future__ import annotations

from webapp.core.i18n import lazy

JOBS = {
    "deliver-mail": lazy("Send the mail that is due"),
    "close-expired-attempts": lazy("Close quiz attempts whose time is over"),
    "verify-audit": lazy("Verify the chain of the audit trail"),
    "erase-people": lazy("Erase people whose time to think is over"),
    "retention": lazy("Delete data that have been kept long enough"),
    "count-surveys": lazy("Count the answers to large surveys"),
    "carry-out-place-changes": lazy("Carry out changes of places whose day has come"),
    "import-people": lazy("Bring in people from files that administrators confirmed"),
    "note-settings": lazy("Note changed settings in the audit trail"),
    "sweep-sign-in-traces": lazy("Delete traces of signing in that are no longer needed"),
    "sweep-limits": lazy("Forget counted tries that no longer matter"),
    "sweep-idempotency-keys": lazy("Forget keys of forms that nobody sends again"),
    "sweep-sessions": lazy("Delete sessions, links and sign-ups that are over"),
    "sweep-reading-reports": lazy("Delete reports of reading time that were counted"),
    "prepare-training-surveys": lazy("Prepare the surveys around trainings"),
    "issue-training-certificates": lazy("Issue certificates of trainings"),
    "refresh-statistics": lazy("Make a new snapshot for the statistics"),
    "roll-up-views": lazy("Turn single showings to visitors into numbers of a day"),
    "mail-statistics": lazy("Mail saved views of the statistics after each month and quarter"),
    "publish-statistics": lazy("Prepare closed periods of the statistics for the public"),
    "check-statistics": lazy("Check the statistics by counting anew"),
    "send-surveys": lazy("Send invitations to surveys and reminders"),
    "send-sheet-digests": lazy("Tell trainers in the morning which sheets wait for feedback"),
    "import-participants": lazy("Bring in lists of participants that trainers confirmed"),
    "sweep-participant-data": lazy("Forget needs of participants and imported lists that were kept long enough"),
    "send-training-mails": lazy("Send news and reminders of trainings"),
    "send-training-tests": lazy("Send the links to tests of trainings, and hand in those whose time is over"),
    "mix-survey-answers": lazy("Mix the order of anonymous answers"),
    "sweep-files": lazy("Delete files that stand on no sheet any more"),
    "sweep-sent-mail": lazy("Delete mail that was sent 30 days ago"),
}
