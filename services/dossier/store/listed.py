"""What a line of a list of dossiers is read from, and what a list is narrowed by."""

ITEM = (
    "id, reference, dossier_code, portal_code, procedure_code, procedure_name, channel, origin, state,"
    " version, owner_name, submitted_at, accepted_at, due_at, ended_at, step, receiving_agency,"
    " competent_agency, task_due_at, agencies"
)
# Whether one is late is held against its last stop, where the clock stands or stood when it ended.
LAST_STOP = (
    "CASE WHEN state IN ('SUPPLEMENT_REQUESTED', 'AWAITING_FINANCIAL', 'SUSPENDED', 'WITHDRAWAL_REQUESTED',"
    " 'STOPPED') THEN work #> '{stops,-1}' END AS last_stop"
)
FILTERS = (
    "id < :before::uuid AND (:state::text = '' OR state = :state)"
    " AND (:procedure::text = '' OR procedure_code = :procedure)"
)
