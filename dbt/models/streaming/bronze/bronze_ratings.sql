{{ config(materialized=materialize_by_environment()) }}

with

raw_ratings as (

    select * from {{ ref('raw_ratings') }}

),

audited as (

    select
        *,
        {{ audit_columns('raw_ratings', [
            'rating_id',
            'user_id',
            'show_id',
            'rating',
            'rated_at',
            'review'
        ]) }}
    from raw_ratings

),

final as (

    select
        {{ row_key() }} as _row_key,
        *
    from audited

)

select * from final
