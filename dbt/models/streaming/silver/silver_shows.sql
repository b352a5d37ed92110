{{ config(materialized=materialize_by_environment()) }}

with

bronze_shows as (

    select * from {{ ref('bronze_shows') }}

),

cleaned as (

    select
        {{ read_as('bigint', 'show_id') }} as show_id,
        {{ clean_text('title') }} as title,
        lower({{ clean_text('genre') }}) as genre,
        {{ read_as('int', 'release_year') }} as release_year,
        {{ read_as('int', 'seasons') }} as seasons,
        {{ read_as('decimal(6, 1)', 'rating_avg') }} as rating_avg,
        {{ read_as('timestamp', 'updated_at') }} as updated_at,
        _loaded_at,
        _row_hash
    from bronze_shows

),

-- A show stays when its average is impossible: only the average is unknown.
validated as (

    select
        * except (rating_avg),
        case
            when rating_avg between 0 and 5
                then cast(rating_avg as decimal(2, 1))
        end as rating_avg
    from cleaned
    where
        show_id is not null
        and title is not null

),

latest as (

    select *
    from validated
    qualify row_number() over (
        partition by show_id
        order by updated_at desc, _row_hash asc
    ) = 1

)

select
    show_id,
    title,
    genre,
    release_year,
    seasons,
    rating_avg,
    updated_at,
    _loaded_at,
    _row_hash
from latest
