"""What the audit log holds, in words: the acts, and the tables that they are about."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

ACTS: Mapping[str, Any] = {
    "access.refused": _l("Asked for what they may not have"),
    "batch.exported": _l("Took out the result of a batch"),
    "batch.resumed": _l("Went on with a batch"),
    "batch.started": _l("Began a batch"),
    "batch.stopped": _l("Stopped a batch"),
    "booking.cancelled": _l("Cancelled a booking"),
    "booking.completed": _l("Completed a booking"),
    "booking.confirmed": _l("Confirmed a booking"),
    "booking.created": _l("Made a booking"),
    "booking.edited": _l("Edited a booking"),
    "booking.rescheduled": _l("Rescheduled a booking"),
    "booking.restored": _l("Undid the change of a booking"),
    "bookings.exported": _l("Exported bookings"),
    "note.erased": _l("Erased a note"),
    "note.written": _l("Wrote a note"),
    "reset_link.issued": _l("Issued a reset link"),
    "reset_link.revoked": _l("Revoked a reset link"),
    "reset_link.used": _l("Used a reset link"),
    "reset_link.voided": _l("Voided a reset link"),
    "reset_links.purged": _l("Purged reset links"),
    "service.approved": _l("Approved a listing"),
    "service.changes_requested": _l("Requested changes of a listing"),
    "service.edited": _l("Edited a service"),
    "service.reinstated": _l("Reinstated a listing"),
    "service.reversed": _l("Reversed a decision on a listing"),
    "service.taken_down": _l("Took down a listing"),
    "services.exported": _l("Exported services"),
    "staff.created": _l("Opened a staff account"),
    "staff.disabled": _l("Disabled a colleague"),
    "staff.edited": _l("Edited a staff account"),
    "staff.enabled": _l("Enabled a colleague"),
    "staff.invite_revoked": _l("Revoked an invite"),
    "staff.invite_used": _l("Used an invite"),
    "staff.invite_voided": _l("Voided an earlier invite"),
    "staff.invited": _l("Invited a colleague"),
    "staff.password_changed": _l("Changed a staff password"),
    "staff.proof_failed": _l("Typed a wrong password where their own was asked for"),
    "staff.recovery_code_used": _l("Used a recovery code"),
    "staff.recovery_codes_made": _l("Made new recovery codes"),
    "staff.role_changed": _l("Changed a role"),
    "staff.second_factor_removed": _l("Removed their second factor"),
    "staff.second_factor_reset": _l("Reset a second factor"),
    "staff.second_factor_set": _l("Set up a second factor"),
    "staff.session_ended": _l("Ended a session"),
    "staff.sessions_ended": _l("Ended sessions"),
    "staff.sign_in_failed": _l("Failed to log in"),
    "staff.signed_in": _l("Logged in"),
    "staff.signed_out": _l("Logged out"),
    "user.anonymised": _l("Anonymised a user"),
    "user.edited": _l("Edited a user"),
    "user.exported": _l("Wrote all that is held about a user into a file"),
    "user.password_reset": _l("Set a new password by a reset link"),
    "user.revealed": _l("Revealed masked details"),
    "users.exported": _l("Exported users"),
}
"""Every act that is recorded; `tests/backoffice/test_audit_screen.py` finds one that is missing here."""

TABLES: Mapping[str, Any] = {
    "batches": _l("batch"),
    "bookings": _l("booking"),
    "notes": _l("note"),
    "password_reset_tokens": _l("reset link"),
    "services": _l("service"),
    "staff_invites": _l("invite"),
    "staff_members": _l("staff"),
    "users": _l("user"),
}


def told_act(action: str) -> str:
    """Return an act in words; one of another version by its name."""
    return str(ACTS.get(action) or action.replace(".", " ").replace("_", " "))
