-- The ten users who watch most, by shows completed and then by watches.
with

watches as (

    select * from {{ ref('fct_watches') }}

),

engagement as (

    select
        user_id,
        count(*) as watches,
        count(
            distinct case when is_completed then show_id end
        ) as completed_shows,
        round(avg(completion_pct), 3) as avg_completion_pct,
        max(watched_on) as last_watched_on
    from watches
    group by user_id

),

-- A rank and not a limit, so that `dbt show` can set its own.
ranked as (

    select
        row_number() over (
            order by completed_shows desc, watches desc, user_id asc
        ) as place,
        *
    from engagement

)

select * from ranked where place <= 10 order by place
