{{ config(materialized=materialize_by_environment()) }}

with

raw_watches as (

    select * from {{ ref('raw_watches') }}

),

audited as (

    select
        *,
        {{ audit_columns('raw_watches', [
            'watch_id',
            'user_id',
            'show_id',
            'watch_date',
            'status',
            'completion_pct'
        ]) }}
    from raw_watches

),

final as (

    select
        {{ row_key() }} as _row_key,
        *
    from audited

)

select * from final
