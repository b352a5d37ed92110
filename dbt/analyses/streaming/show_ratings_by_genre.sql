-- What viewers think of each genre, by their last opinion of each show.
with

ratings as (

    select * from {{ ref('fct_ratings') }} where is_last_opinion

)

select
    show_genre,
    count(*) as ratings,
    count(distinct show_id) as rated_shows,
    round(avg(rating), 2) as avg_rating,
    round(
        avg(case when rating_sentiment = 'Positive' then 1.0 else 0.0 end), 2
    ) as positive_share
from ratings
group by show_genre
order by avg_rating desc, show_genre asc
