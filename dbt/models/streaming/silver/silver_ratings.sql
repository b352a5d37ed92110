{{ config(
    materialized=materialize_by_environment(),
    post_hook="{{ forget_old_rows('rated_on') }}"
) }}

with

bronze_ratings as (

    select * from {{ ref('bronze_ratings') }}

),

users as (

    select user_id from {{ ref('silver_users') }}

),

shows as (

    select show_id from {{ ref('silver_shows') }}

),

cleaned as (

    select
        {{ read_as('bigint', 'rating_id') }} as rating_id,
        {{ read_as('bigint', 'user_id') }} as user_id,
        {{ read_as('bigint', 'show_id') }} as show_id,
        {{ read_as('date', 'rated_at') }} as rated_on,
        {{ read_as('int', 'rating') }} as rating,
        {{ clean_text('review') }} as review,
        _loaded_at,
        _row_hash
    from bronze_ratings

),

-- The joins drop ratings of users and shows that silver does not know.
validated as (

    select
        cleaned.rating_id,
        cleaned.user_id,
        cleaned.show_id,
        cleaned.rated_on,
        cleaned.rating,
        case
            when cleaned.rating >= 4 then 'Positive'
            when cleaned.rating = 3 then 'Neutral'
            else 'Negative'
        end as rating_sentiment,
        cleaned.review,
        cleaned._loaded_at,
        cleaned._row_hash
    from cleaned
    inner join users on cleaned.user_id = users.user_id
    inner join shows on cleaned.show_id = shows.show_id
    where
        cleaned.rating_id is not null
        and cleaned.rated_on is not null
        and cleaned.rating between 1 and 5

),

-- A rating that was corrected keeps its id: the later line holds.
latest as (

    select *
    from validated
    qualify row_number() over (
        partition by rating_id
        order by rated_on desc, _row_hash asc
    ) = 1

)

select * from latest
