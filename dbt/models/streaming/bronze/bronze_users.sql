{{ config(materialized=materialize_by_environment()) }}

with

raw_users as (

    select * from {{ ref('raw_users') }}

),

audited as (

    select
        *,
        {{ audit_columns('raw_users', [
            'user_id',
            'name',
            'email',
            'country',
            'plan',
            'signup_date',
            'updated_at'
        ]) }}
    from raw_users

),

final as (

    select
        {{ row_key() }} as _row_key,
        *
    from audited

)

select * from final
