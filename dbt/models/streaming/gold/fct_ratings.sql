{{ config(
    materialized=materialize_by_environment(),
    post_hook="{{ forget_old_rows('rated_on') }}",
    liquid_clustered_by=layout_columns(
        'cluster_by', ['user_id', 'show_id', 'rated_on']
    )
) }}

with

ratings as (

    select * from {{ ref('silver_ratings') }}

),

shows as (

    select * from {{ ref('dim_shows') }}

),

users as (

    select * from {{ ref('silver_users') }}

),

watches as (

    select * from {{ ref('silver_watches') }}

),

watched as (

    select
        user_id,
        show_id,
        count(*) as watch_count,
        max(completion_pct) as best_completion_pct,
        max(watched_on) as last_watched_on
    from watches
    group by user_id, show_id

),

-- Gold is what analysts read: of a user it takes country and plan, never the
-- name or the address.
final as (

    select
        ratings.rating_id,
        ratings.user_id,
        ratings.show_id,
        ratings.rated_on,
        ratings.rating,
        ratings.rating_sentiment,
        ratings.review,
        row_number() over (
            partition by ratings.user_id, ratings.show_id
            order by ratings.rated_on desc, ratings.rating_id desc
        ) = 1 as is_last_opinion,
        shows.title as show_title,
        shows.genre as show_genre,
        shows.quality_tier as show_quality_tier,
        users.country as user_country,
        users.plan as user_plan,
        coalesce(watched.watch_count, 0) as watch_count,
        watched.best_completion_pct,
        watched.last_watched_on
    from ratings
    inner join shows on ratings.show_id = shows.show_id
    inner join users on ratings.user_id = users.user_id
    left join watched
        on
            ratings.user_id = watched.user_id
            and ratings.show_id = watched.show_id

)

select * from final
