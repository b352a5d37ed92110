-- How viewing moves from month to month.
with

watches as (

    select * from {{ ref('fct_watches') }}

),

monthly as (

    select
        watched_month,
        count(*) as watches,
        count(distinct user_id) as viewers,
        sum(case when is_completed then 1 else 0 end) as completed_watches,
        round(avg(completion_pct), 3) as avg_completion_pct
    from watches
    group by watched_month

)

select
    *,
    watches - lag(watches) over (order by watched_month) as change_in_watches
from monthly
order by watched_month
