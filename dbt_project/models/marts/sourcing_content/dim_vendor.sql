-- The spellings of each vendor: how a name came to it, so that a cluster can be looked through, and put right in the seed vendor_override.
select
    vendor.vendor_id,
    vendor.vendor_name,
    vendor.vendor_key,
    vendor.method,
    vendor.match_probability,
    vendor.is_joint_venture,
    name.n_rows,
    name.country_code as vendor_country,
    count(*) over (partition by vendor.vendor_id) as n_spellings
from {{ ref("int_procurement__vendor") }} as vendor
inner join {{ ref("int_procurement__vendor_name") }} as name on vendor.vendor_name = name.vendor_name
