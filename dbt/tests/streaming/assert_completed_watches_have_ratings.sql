-- The player asks for a rating when a show ends. A completed watch without
-- one means that rating events got lost on their way.
select
    watch_id,
    user_id,
    show_id
from {{ ref('fct_watches') }}
where
    is_completed
    and rating is null
