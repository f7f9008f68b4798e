-- The ledger of policy measures, each with its four dates: announced, signed, in force, collected.
select
    measure_id,
    side,
    jurisdiction,
    authority,
    "name",
    announced_on,
    signed_on,
    effective_from,
    effective_to,
    collected_from,
    rate_pct,
    threshold_cad,
    scope,
    evidence,
    source,
    note
from {{ ref("policy_measure_ledger") }}
