{{ config(materialized=materialize_by_environment()) }}

with

shows as (

    select * from {{ ref('silver_shows') }}

),

final as (

    select
        show_id,
        title,
        genre,
        release_year,
        seasons,
        case
            when seasons is null then 'Unknown'
            when seasons = 1 then 'Limited'
            when seasons <= 3 then 'Short'
            when seasons <= 6 then 'Medium'
            else 'Long'
        end as series_length,
        rating_avg,
        case
            when rating_avg is null then 'Unrated'
            when rating_avg >= 4.5 then 'Excellent'
            when rating_avg >= 3.5 then 'Good'
            when rating_avg >= 2.5 then 'Fair'
            else 'Poor'
        end as quality_tier
    from shows

)

select * from final
