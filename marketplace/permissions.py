"""Who may do what: every permission, every role, and the whole matrix, on one screen."""

from enum import StrEnum


class Permission(StrEnum):
    AUDIT_READ = "audit:read"
    BOOKINGS_CANCEL = "bookings:cancel"
    BOOKINGS_COMPLETE = "bookings:complete"
    BOOKINGS_CONFIRM = "bookings:confirm"
    BOOKINGS_CREATE = "bookings:create"
    BOOKINGS_EDIT = "bookings:edit"
    BOOKINGS_EXPORT = "bookings:export"
    BOOKINGS_READ = "bookings:read"
    BOOKINGS_RESCHEDULE = "bookings:reschedule"
    DASHBOARD_READ = "dashboard:read"
    NOTES_WRITE = "notes:write"
    RESET_TOKENS_ISSUE = "reset-tokens:issue"
    RESET_TOKENS_READ = "reset-tokens:read"
    RESET_TOKENS_REVOKE = "reset-tokens:revoke"
    RESET_TOKENS_SHOW = "reset-tokens:show"
    SERVICES_EDIT = "services:edit"
    SERVICES_EXPORT = "services:export"
    SERVICES_MODERATE = "services:moderate"
    SERVICES_READ = "services:read"
    STAFF_MANAGE = "staff:manage"
    SYSTEM_MAINTAIN = "system:maintain"
    SYSTEM_READ = "system:read"
    USERS_ANONYMISE = "users:anonymise"
    USERS_EDIT = "users:edit"
    USERS_EXPORT = "users:export"
    USERS_EXPORT_SUBJECT = "users:export-subject"
    USERS_READ = "users:read"
    USERS_REVEAL = "users:reveal"


class Role(StrEnum):
    OPERATIONS = "operations"
    SUPPORT = "support"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"


EVERYONE = frozenset(
    {
        Permission.USERS_READ,
        Permission.SERVICES_READ,
        Permission.BOOKINGS_READ,
        Permission.DASHBOARD_READ,
    }
)

NOTHING: frozenset[Permission] = frozenset()

ROLE_PERMISSIONS: dict[str, frozenset[Permission]] = {
    Role.OPERATIONS: EVERYONE
    | {
        Permission.SERVICES_EDIT,
        Permission.SERVICES_MODERATE,
        Permission.NOTES_WRITE,
    },
    Role.SUPPORT: EVERYONE
    | {
        Permission.BOOKINGS_CREATE,
        Permission.BOOKINGS_EDIT,
        Permission.BOOKINGS_CONFIRM,
        Permission.BOOKINGS_CANCEL,
        Permission.BOOKINGS_COMPLETE,
        Permission.BOOKINGS_RESCHEDULE,
        Permission.USERS_EDIT,
        Permission.USERS_REVEAL,
        Permission.RESET_TOKENS_READ,
        Permission.RESET_TOKENS_ISSUE,
        Permission.RESET_TOKENS_REVOKE,
        Permission.RESET_TOKENS_SHOW,
        Permission.NOTES_WRITE,
    },
    Role.MANAGER: EVERYONE
    | {
        Permission.BOOKINGS_EXPORT,
        Permission.SERVICES_EXPORT,
        Permission.USERS_EXPORT,
        Permission.AUDIT_READ,
    },
    Role.ADMINISTRATOR: frozenset(Permission),
}


def may(role: str, permission: Permission) -> bool:
    """Whether a staff member with `role` has `permission`; an unknown role has none."""
    return permission in ROLE_PERMISSIONS.get(role, NOTHING)
