-- The ten users who watch most, by shows completed and then by watches.
with

watches as (

    select * from {{ ref('fct_watches') }}

)

select
    user_id,
    count(*) as watches,
    count(distinct case when is_completed then show_id end) as completed_shows,
    round(avg(completion_pct), 3) as avg_completion_pct,
    max(watched_on) as last_watched_on
from watches
group by user_id
order by completed_shows desc, watches desc, user_id asc
limit 10
