{{ config(materialized='streaming_table') }}
select * from stream {{ ref('raw_parcels') }}
