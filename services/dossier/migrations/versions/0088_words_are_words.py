"""States, kinds and outcomes are words the domain knows: the database takes no other.

One row written by hand with another word shut lists and jobs over all rows.
"""

from alembic import op

revision = "0088"
down_revision = "0087"
branch_labels = None
depends_on = None

# Of each table's columns the words there are; a column that may say nothing yet begins with a dash.
_WORDS = {
    "dossiers": {
        "state": (
            "DRAFT SUBMITTED INTAKE_SUPPLEMENT INTAKE_REFUSED CANCELLED ACCEPTED PROCESSING"
            " SUPPLEMENT_REQUESTED AWAITING_FINANCIAL SUSPENDED WITHDRAWAL_REQUESTED STOPPED"
            " RESULT_READY RETURNED ARCHIVED"
        ),
        "prior_state": (
            "DRAFT SUBMITTED INTAKE_SUPPLEMENT INTAKE_REFUSED CANCELLED ACCEPTED PROCESSING"
            " SUPPLEMENT_REQUESTED AWAITING_FINANCIAL SUSPENDED WITHDRAWAL_REQUESTED STOPPED"
            " RESULT_READY RETURNED ARCHIVED"
        ),
    },
    "papers": {
        "kind": "FORM_01 FORM_01_GROUP FORM_02 FORM_03 FORM_04 FORM_05 PAYMENT_NOTICE CORRECTION_APOLOGY",
    },
    "attachments": {
        "scan": "OFF WAITING CLEAN INFECTED",
    },
    "uploads": {
        "state": "OPEN DONE ENDED",
    },
    "archive_records": {
        "state": "KEPT SUBMITTED ARCHIVED DESTROYED",
        "ending": "GRANTED REFUSED STOPPED INTAKE_REFUSED CANCELLED",
    },
    "archive_holds": {
        "kind": "COMPLAINT INSPECTION LAWSUIT OTHER",
    },
    "archive_batches": {
        "state": "BUILDING READY HANDED SENT CLOSED CANCELLED",
    },
    "archive_packages": {
        "state": "WAITING BUILT FAILED ACCEPTED REFUSED WITHDRAWN",
    },
    "archive_message_lines": {
        "judgement": "ACCEPTED REFUSED REPEATED LATE WRONG_HASH UNKNOWN CHANGED",
    },
    "destruction_lists": {
        "state": "PREPARED APPROVED DONE REJECTED",
    },
    "destruction_lines": {
        "verdict": "PENDING DESTROY KEEP",
        "outcome": "- DESTROYED KEPT HELD NOT_DUE",
    },
    "tickets": {
        "state": "WAITING CALLED SKIPPED SERVING DONE NO_SHOW LAPSED",
    },
    "appointments": {
        "state": "BOOKED CHECKED_IN CANCELLED MISSED",
    },
    "post_items": {
        "state": "LISTED SENT FAILED DELIVERED BACK REMOVED",
    },
    "post_statuses": {
        "status": "ACCEPTED IN_TRANSIT ATTEMPT_FAILED DELIVERED RETURNED",
    },
    "figure_rows": {
        "ending": "- RESULT REFUSED STOPPED WITHDRAWN INTAKE_REFUSED CANCELLED",
        "punctuality": "- EARLY ON_TIME OVERDUE",
    },
    "closed_figure_rows": {
        "ending": "- RESULT REFUSED STOPPED WITHDRAWN INTAKE_REFUSED CANCELLED",
        "punctuality": "- EARLY ON_TIME OVERDUE",
    },
    "exports": {
        "format": "csv xlsx",
        "state": "WAITING WRITING READY FAILED",
    },
    "drafts": {
        "state": "OPEN SUBMITTED DISCARDED EXPIRED",
    },
    "late_entries": {
        "state": "WAITING APPROVED DECLINED",
    },
    "evidence": {
        "kind": (
            "ACCOUNT_VERIFIED COMPONENT_DIGITISED COMPONENT_REUSED FROM_PERSONAL_STORE"
            " DATABASE_CONSULTED EXEMPTION_SHOWN"
        ),
    },
    "intake_batches": {
        "state": "FAULTY CHECKED RECEIVED",
    },
    "interlinked_parents": {
        "state": "RUNNING DECISION_NEEDED ENDED",
        "outcome": "- GRANTED PARTLY REFUSED WITHDRAWN",
    },
    "interlinked_children": {
        "status": "WAITING OPEN OUTSIDE GRANTED REFUSED WITHDRAWN SKIPPED",
    },
    "payment_entries": {
        "kind": (
            "OWED CORRECTED PAID REVERSED REFUNDED REQUESTED REFUND_ASKED EXEMPTION_CLAIMED"
            " EXEMPTION_DECIDED"
        ),
        "method": "CASH TRANSFER CARD PORTAL PROVINCE",
    },
    "payment_requests": {
        "state": "WAITING OPEN PAID FAILED EXPIRED CANCELLED",
    },
    "receipts": {
        "state": "VALID CANCELLED REPLACED",
        "electronic": "WAITING ISSUED CANCELLING CANCELLED",
        "method": "CASH TRANSFER CARD PORTAL PROVINCE",
    },
    "cash_closings": {
        "state": "CLOSED APPROVED",
    },
    "refunds": {
        "state": "ASKED APPROVED DECLINED",
        "method": "CASH TRANSFER CARD PORTAL PROVINCE",
    },
    "payment_differences": {
        "kind": "MISSING_HERE MISSING_THERE AMOUNT UNCONFIRMED",
    },
    "result_register": {
        "state": "VALID RECALLED REVOKED SUPERSEDED",
    },
    "inspection_findings": {
        "state": "RECORDED REMINDED ANSWERED ACCEPTED",
    },
    "anomalies": {
        "kind": "UNPUBLISHED_PAPER STEP_OUT_OF_ORDER RETURN_WITHOUT_REASON SUPPLEMENT_TWICE",
    },
}
# A table that holds another word from before shuts out no upgrade: who writes one again is refused there, too.
_VALIDATE = """
    DO $$ BEGIN
        ALTER TABLE {table} {steps};
    EXCEPTION WHEN check_violation THEN
        RAISE WARNING '{table} holds a word that is none';
    END $$
"""


def upgrade() -> None:
    """Guard each column; a table's rows are looked through once."""
    for table, columns in _WORDS.items():
        for column, words in columns.items():
            known = ", ".join("''" if word == "-" else f"'{word}'" for word in words.split())
            op.execute(
                f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{column}_known"
                f" CHECK ({column} IN ({known})) NOT VALID"
            )
        steps = ", ".join(f"VALIDATE CONSTRAINT ck_{table}_{column}_known" for column in columns)
        op.execute(_VALIDATE.format(table=table, steps=steps))


def downgrade() -> None:
    """Guard none."""
    for table, columns in _WORDS.items():
        for column in columns:
            op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_{column}_known")
