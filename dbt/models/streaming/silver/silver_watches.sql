{{ config(
    materialized=materialize_by_environment(),
    post_hook="{{ forget_old_rows('watched_on') }}"
) }}

with

bronze_watches as (

    select * from {{ ref('bronze_watches') }}

),

users as (

    select user_id from {{ ref('silver_users') }}

),

shows as (

    select show_id from {{ ref('silver_shows') }}

),

cleaned as (

    select
        {{ read_as('bigint', 'watch_id') }} as watch_id,
        {{ read_as('bigint', 'user_id') }} as user_id,
        {{ read_as('bigint', 'show_id') }} as show_id,
        {{ read_as('date', 'watch_date') }} as watched_on,
        lower({{ clean_text('status') }}) as status,
        {{ read_as('decimal(6, 3)', 'completion_pct') }} as completion_pct,
        _loaded_at,
        _row_hash
    from bronze_watches

),

-- The joins drop watches of users and shows that silver does not know.
validated as (

    select
        cleaned.watch_id,
        cleaned.user_id,
        cleaned.show_id,
        cleaned.watched_on,
        cleaned.status,
        cast(cleaned.completion_pct as decimal(4, 3)) as completion_pct,
        cleaned._loaded_at,
        cleaned._row_hash
    from cleaned
    inner join users on cleaned.user_id = users.user_id
    inner join shows on cleaned.show_id = shows.show_id
    where
        cleaned.watch_id is not null
        and cleaned.watched_on is not null
        and cleaned.status is not null
        and cleaned.completion_pct between 0 and 1

),

-- A watch is delivered again as it goes on: the furthest line is the last.
furthest as (

    select *
    from validated
    qualify row_number() over (
        partition by watch_id
        order by completion_pct desc, watched_on desc, _row_hash asc
    ) = 1

)

select * from furthest
