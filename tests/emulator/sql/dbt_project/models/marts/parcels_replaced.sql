{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='parcel_id') }}
select parcel_id, weight from {{ ref('stg_parcels') }}
