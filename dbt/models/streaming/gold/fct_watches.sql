{%- set layout = ['user_id', 'show_id', 'watched_on', 'watched_month'] -%}

{{ config(
    materialized=materialize_by_environment(takes_new_rows=true),
    incremental_strategy=model_optimization('incremental_strategy', 'merge'),
    unique_key='watch_id',
    on_schema_change='fail',
    liquid_clustered_by=layout_columns('cluster_by', layout),
    partition_by=layout_columns('partition_by', layout),
    post_hook="{{ forget_old_rows('watched_on') }}"
) }}

{#- dbt warns of this key wherever it stands, so it stands only where used. -#}
{%- if layout_columns('zorder_by', layout) -%}
    {{ config(zorder=layout_columns('zorder_by', layout)) }}
{%- endif %}

with

watches as (

    select * from {{ ref('silver_watches') }}

),

ratings as (

    select * from {{ ref('silver_ratings') }}

),

-- A user may rate a show again: only the last opinion joins, so that a watch
-- stays one row.
last_ratings as (

    select
        user_id,
        show_id,
        rating,
        rating_sentiment,
        rated_on
    from ratings
    qualify row_number() over (
        partition by user_id, show_id
        order by rated_on desc, rating_id desc
    ) = 1

),

final as (

    select
        watches.watch_id,
        watches.user_id,
        watches.show_id,
        watches.watched_on,
        cast(date_trunc('month', watches.watched_on) as date) as watched_month,
        cast(quarter(watches.watched_on) as int) as watched_quarter,
        cast(year(watches.watched_on) as int) as watched_year,
        dayofweek(watches.watched_on) in (1, 7) as is_weekend,
        watches.status,
        watches.status = 'completed' as is_completed,
        watches.completion_pct,
        last_ratings.rating,
        last_ratings.rating_sentiment,
        last_ratings.rated_on
    from watches
    left join last_ratings
        on
            watches.user_id = last_ratings.user_id
            and watches.show_id = last_ratings.show_id

)

select * from final
{% if is_incremental() %}
-- A late rating changes a watch that is long over, so both dates count.
where
    greatest(watched_on, coalesce(rated_on, watched_on)) >= (
        select
            date_sub(
                max(greatest(watched_on, coalesce(rated_on, watched_on))),
                {{ var('watch_lookback_days') }}
            )
        from {{ this }}
    )
{% endif %}
