{#-
    `marts.contract_total(dataset, contract_id, value)`: the sum of the values of contracts, as an aggregate. It is an error where a contract is counted
    more than once: by rows of one procurement, each of which has the value of the whole, or by two federal data sets, which disclose the same contracts
    under other numbers. It is part of every release, for those who ask it in SQL.
-#}
{% macro create_contract_total() -%}
    create schema if not exists marts;
    create or replace macro marts.contract_total(dataset, contract_id, amount) as case
        when count(*) > count(distinct (dataset, contract_id))
            then error(
                count(*) || ' rows are of ' || count(distinct (dataset, contract_id)) || ' contracts, and each has the value of its whole contract: '
                || round(sum(amount), 2) || ' counts them more than once; take marts.fct_contract, or the latest row of each'
            )
        when count(distinct case when dataset like 'canadabuys/%' or dataset = 'open_canada/contracts' then dataset end) > 1
            then error('the same federal contracts stand in ' || string_agg(distinct dataset, ' and ') || '; ask one of them, or keep is_preferred')
        else sum(amount)
    end
{%- endmacro %}
