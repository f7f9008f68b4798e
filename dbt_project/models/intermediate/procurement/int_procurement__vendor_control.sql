-- Who controls a vendor, where that is known: the list's names brought to the clusters that they are in.
select distinct
    vendor.vendor_id,
    control.controlling_country,
    control.known_from,
    control.known_to
from {{ ref("vendor_control") }} as control
inner join {{ ref("int_procurement__vendor") }} as vendor on control.vendor_key = vendor.vendor_key
