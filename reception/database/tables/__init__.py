"""The tables, as SQLAlchemy knows them; every row belongs to a practice.

`migrations/` creates them, and a test holds the two together.
"""

from reception.database.tables.absences import AbsenceCaseRow, AbsenceRow
from reception.database.tables.appointments import OCCUPYING, AppointmentRow
from reception.database.tables.base import Table
from reception.database.tables.conversations import (
    CallRow,
    ConversationPatientRow,
    ConversationRow,
    CorrectionRow,
    MessageRow,
)
from reception.database.tables.patients import (
    DifferentPatientsRow,
    ErasedSourceRow,
    GuardianRow,
    IdentificationFailureRow,
    MergeRow,
    PatientRow,
)
from reception.database.tables.practices import (
    AppointmentTypeRow,
    PracticeRow,
    PractitionerRow,
    SettingsDraftRow,
    SettingsVersionRow,
)
from reception.database.tables.protection import RequestCountRow
from reception.database.tables.requests import RequestNoteRow, RequestRow
from reception.database.tables.staff import AuditChainRow, AuditRow, InvitationRow, StaffRow, StaffSessionRow
from reception.database.tables.texts import OptOutRow, OutboxRow, ReceivedTextRow

__all__ = [
    "OCCUPYING",
    "AbsenceCaseRow",
    "AbsenceRow",
    "AppointmentRow",
    "AppointmentTypeRow",
    "AuditChainRow",
    "AuditRow",
    "CallRow",
    "ConversationPatientRow",
    "ConversationRow",
    "CorrectionRow",
    "DifferentPatientsRow",
    "ErasedSourceRow",
    "GuardianRow",
    "IdentificationFailureRow",
    "InvitationRow",
    "MergeRow",
    "MessageRow",
    "OptOutRow",
    "OutboxRow",
    "PatientRow",
    "PracticeRow",
    "PractitionerRow",
    "ReceivedTextRow",
    "RequestCountRow",
    "RequestNoteRow",
    "RequestRow",
    "SettingsDraftRow",
    "SettingsVersionRow",
    "StaffRow",
    "StaffSessionRow",
    "Table",
]
