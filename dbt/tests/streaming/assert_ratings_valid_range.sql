-- A rating is from 1 to 5, and its sentiment says the same.
select
    rating_id,
    rating,
    rating_sentiment
from {{ ref('fct_ratings') }}
where
    rating is null
    or rating not between 1 and 5
    or (rating >= 4) <> (rating_sentiment = 'Positive')
    or (rating = 3) <> (rating_sentiment = 'Neutral')
    or (rating <= 2) <> (rating_sentiment = 'Negative')
