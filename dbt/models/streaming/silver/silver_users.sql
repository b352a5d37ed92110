{{ config(materialized=materialize_by_environment()) }}

with

bronze_users as (

    select * from {{ ref('bronze_users') }}

),

cleaned as (

    select
        {{ read_as('bigint', 'user_id') }} as user_id,
        initcap(
            regexp_replace({{ clean_text('name') }}, ' +', ' ')
        ) as user_name,
        lower({{ clean_text('email') }}) as email,
        upper({{ clean_text('country') }}) as country,
        lower({{ clean_text('plan') }}) as plan,
        {{ read_as('date', 'signup_date') }} as signed_up_on,
        {{ read_as('timestamp', 'updated_at') }} as updated_at,
        _loaded_at,
        _row_hash
    from bronze_users

),

identified as (

    select *
    from cleaned
    where
        user_id is not null
        and user_name is not null
        and email is not null

),

latest as (

    select *
    from identified
    qualify row_number() over (
        partition by user_id
        order by updated_at desc, _row_hash asc
    ) = 1

)

select * from latest
