-- A watch is either unrated in all three columns or rated in all of them,
-- with a rating from 1 to 5.
select
    watch_id,
    rating,
    rating_sentiment,
    rated_on
from {{ ref('fct_watches') }}
where
    rating not between 1 and 5
    or (rating is null) <> (rating_sentiment is null)
    or (rating is null) <> (rated_on is null)
