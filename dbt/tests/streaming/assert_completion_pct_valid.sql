-- A completion is a share of the show: from 0 to 1, and always known.
select
    watch_id,
    completion_pct
from {{ ref('silver_watches') }}
where
    completion_pct is null
    or completion_pct not between 0 and 1
