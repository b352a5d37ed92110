-- The shows that were watched to their end most often. Grain: one row per show.
select
    shows.title,
    count(*) as completed_watches,
    avg(watches.completion_pct) as average_completion
from gold.fct_watches as watches
inner join gold.dim_shows as shows
    on watches.show_id = shows.show_id
where watches.is_completed
group by shows.title
order by completed_watches desc
limit 20
