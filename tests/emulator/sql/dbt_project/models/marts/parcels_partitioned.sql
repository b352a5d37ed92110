{{ config(materialized='incremental', incremental_strategy='insert_overwrite', partition_by=['sent_on']) }}
select parcel_id, weight, sent_on from {{ ref('stg_parcels') }}
