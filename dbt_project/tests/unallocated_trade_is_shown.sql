-- Warns with every month in which the aggregate allocates less to countries than 12-10-0011 counts, beyond the table's rounding to 0.1 million.
{{ config(severity="warn") }}

select *
from {{ ref("trade_reconciliation") }}
where abs(unallocated_cad) > 50000
