{{ config(materialized='materialized_view') }}
select state, sum(weight) as weight from {{ ref('parcels_merged') }} group by state
