{{ config(materialized=materialize_by_environment()) }}

with

raw_shows as (

    select * from {{ ref('raw_shows') }}

),

audited as (

    select
        *,
        {{ audit_columns('raw_shows', [
            'show_id',
            'title',
            'genre',
            'release_year',
            'seasons',
            'rating_avg',
            'updated_at'
        ]) }}
    from raw_shows

),

final as (

    select
        {{ row_key() }} as _row_key,
        *
    from audited

)

select * from final
