"""What stands in the audit trail, in words."""

from __future__ import annotations

from webapp.core.audit_origin import AuditChannel
from webapp.core.i18n import lazy

CHANNELS = {
    AuditChannel.WEB: lazy("Browser"), AuditChannel.API: lazy("Programme interface"), AuditChannel.COMMAND: lazy("Command line"),
    AuditChannel.JOB: lazy("Scheduled job"),
}
SUBJECTS = {
    "person": lazy("Person"), "organisation": lazy("Organisation"), "place": lazy("Place"), "country": lazy("Country"),
    "course": lazy("Course"), "certificate": lazy("Certificate"), "invitation": lazy("Invitation code"), "list": lazy("List"),
    "settings": lazy("Settings"), "job": lazy("Job"), "mail": lazy("Mail"), "token": lazy("Access token"), "import": lazy("Import"),
    "change": lazy("Change of many at once"), "place_operation": lazy("Change of places"), "content_revision": lazy("Revision"),
}
ACTIONS = {
    "change.undone": lazy("Change of many at once undone"),
    "certificate.issued": lazy("Certificate issued"),
    "certificate.revoked": lazy("Certificate revoked"),
    "consent.given": lazy("Consent given"),
    "consent.withdrawn": lazy("Consent withdrawn"),
    "course.exported": lazy("Course saved as a file"),
    "course.imported": lazy("Course imported"),
    "course.published": lazy("Course published"),
    "course.withdrawn": lazy("Course withdrawn"),
    "erasure.asked": lazy("Erasure asked for"),
    "erasure.undone": lazy("Erasure called off"),
    "invitation.closed": lazy("Invitation code closed"),
    "invitation.created": lazy("Invitation code made"),
    "list.exported": lazy("List saved as a file"),
    "mail.retried": lazy("Mail sent again"),
    "organisation.alias_added": lazy("Further name of an organisation added"),
    "organisation.alias_removed": lazy("Further name of an organisation removed"),
    "organisation.created": lazy("Organisation added"),
    "organisation.edited": lazy("Organisation corrected"),
    "organisation.merged": lazy("Organisations merged"),
    "organisation.parted": lazy("Merging of organisations undone"),
    "own_data.exported": lazy("Own data downloaded"),
    "person.created": lazy("Person registered"),
    "person.edited": lazy("Person corrected"),
    "person.erased": lazy("Person erased"),
    "person.work_changed": lazy("Place, organisation or level of a person changed"),
    "place.added": lazy("Place added"),
    "place.closed": lazy("Place closed"),
    "place.moved": lazy("Place moved"),
    "place.renamed": lazy("Place renamed"),
    "place_operation.planned": lazy("Change of places carried out or planned"),
    "place_operation.undone": lazy("Change of places undone"),
    "places.imported": lazy("Places imported"),
    "retention.run": lazy("Data deleted by the retention periods"),
    "role.granted": lazy("Role granted"),
    "role.revoked": lazy("Role ended"),
    "second_factor.set_up": lazy("Second factor set up"),
    "second_factor.switched_off": lazy("Second factor switched off"),
    "settings.changed": lazy("Settings changed"),
    "sign_in.created": lazy("Sign-in added"),
    "sign_in.disabled": lazy("Sign-in disabled"),
    "sign_in.email_changed": lazy("E-mail address changed"),
    "sign_in.email_undone": lazy("Change of the e-mail address undone"),
    "sign_in.enabled": lazy("Sign-in enabled"),
    "sign_in.identity_connected": lazy("Single sign-on connected"),
    "sign_in.identity_removed": lazy("Single sign-on removed"),
    "sign_in.link_sent": lazy("Link for a password mailed"),
    "sign_in.password_changed": lazy("Password changed"),
    "sign_in.password_reset": lazy("Password chosen by a mailed link"),
    "sign_in.sessions_ended": lazy("Signed out everywhere"),
    "token.made": lazy("Access token made"),
    "token.revoked": lazy("Access token revoked"),
}
FIELDS = {
    "scopes": lazy("What it may do"), "role": lazy("Role"),
    "place_id": lazy("Place"), "organisation_id": lazy("Organisation"), "reason": lazy("Reason"),
    "until": lazy("Ends on"), "revision": lazy("Revision"), "on": lazy("From"), "form": lazy("File format"), "rows": lazy("Rows"),
    "filters": lazy("Filters"), "searched": lazy("Searched by text"), "added": lazy("Number added"), "changed": lazy("What changed"),
    "closed": lazy("Number closed"), "count": lazy("Number"), "position_level": lazy("Position level"), "since": lazy("From"),
}
