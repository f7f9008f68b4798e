-- Production, capacity and reserves by mineral, stage, country and year, of the latest edition that has the year. What is withheld or given as a
-- bound is an interval; shares are of the rows and, beside them, of the total as it is published, which is rounded.
select
    figure.dataset,
    figure.mineral,
    figure.stage,
    figure.form,
    figure.country,
    coalesce(partner.partner_name, figure.country) as country_name,
    figure.country_kind,
    cast(figure."year" as bigint) as year,
    figure.quantity,
    figure.quantity_low,
    figure.quantity_high,
    figure.unit,
    figure.quantity_t,
    figure.quantity_low_t,
    figure.quantity_high_t,
    figure.qualifier,
    figure.is_estimated,
    figure.value_text,
    case when share.share_low = share.share_high then share.share_low end as world_share,
    share.share_low as world_share_low,
    share.share_high as world_share_high,
    case
        when total.is_of_one_unit and not (total.is_total_without_us and figure.country = 'US')
            then figure.quantity / nullif(total.published_total, 0)
    end as share_of_published_total,
    case when total.n_bounded = 0 then total.rows_low end as rows_total,
    total.published_total,
    total.is_total_without_us,
    not total.is_whole as is_sample,
    cast(figure.edition as bigint) as edition,
    figure.notes,
    figure.vintage_date
from {{ ref("int_minerals__figure") }} as figure
inner join {{ ref("int_minerals__table") }} as total
    on
        figure.mineral = total.mineral
        and figure.stage = total.stage
        and figure.form = total.form
        and figure."year" = total."year"
        and figure.edition = total.edition
left join {{ ref("int_minerals__share") }} as share
    on
        figure.mineral = share.mineral
        and figure.stage = share.stage
        and figure.form = share.form
        and figure."year" = share."year"
        and figure.country = share.country
left join {{ ref("dim_partner") }} as partner on figure.country = partner.partner_code
