"""Every table, imported so that `Base.metadata` is whole."""

from marketplace.accounts.models import PasswordResetToken, User
from marketplace.audit import AuditEvent
from marketplace.batches.models import Batch, BatchItem
from marketplace.bookings.models import Booking
from marketplace.listings.models import Service, ServiceReview, ServiceState
from marketplace.notes import Note
from marketplace.staff.models import StaffInvite, StaffMember, StaffRecoveryCode, StaffSecondFactor, StaffSession

MARKETPLACE_TABLES = (User.__table__, Service.__table__, Booking.__table__, PasswordResetToken.__table__)
"""The seed's tables, shared with the marketplace API; parents first."""

OWN_TABLES = (
    StaffMember.__table__,
    StaffSession.__table__,
    StaffSecondFactor.__table__,
    StaffRecoveryCode.__table__,
    StaffInvite.__table__,
    AuditEvent.__table__,
    Note.__table__,
    Batch.__table__,
    BatchItem.__table__,
    ServiceReview.__table__,
    ServiceState.__table__,
)
"""The back office's own."""
