select sent_month, sum(weight) filter (where state <> 'lost') as weight, avg(weight) as average, count(*) as parcels,
    collect_list(state) as states
from {{ ref('parcels_merged') }}
group by all
